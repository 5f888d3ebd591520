#include "results/report_assets.h"

namespace dmp::results {

const std::string_view kReportStyle = R"css(
:root{color-scheme:light dark;--ink:#1d2330;--soft:#566070;--line:#dfe3ea;
--page:#f6f7f9;--card:#fff;--link:#1a56a8;--high:#1b7f5c;--medium:#9a6208;
--low:#667080;--plain:#4a6fa5;--on-plain:#fff;--back:#e8ebf0;--mark:#fff0b3;
--mark-ink:#3d3000}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#a3adbd;
--line:#323a48;--page:#14181f;--card:#1c222c;--link:#8db8f2;--high:#4cc495;
--medium:#e0a548;--low:#8f99a9;--plain:#7da2d8;--on-plain:#14181f;
--back:#2b3340;--mark:#4a3b08;--mark-ink:#ffefb8}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",
"Noto Sans","DejaVu Sans",sans-serif}
.skip{position:absolute;left:-999px}
.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem}
header,main,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
h1{font-size:2rem;line-height:1.2;margin:0;letter-spacing:-.015em}
h2{font-size:1.35rem;margin:2.75rem 0 1rem;letter-spacing:-.01em}
h3{font-size:1.2rem;line-height:1.3;margin:0}
h4{font-size:1.02rem;line-height:1.35;margin:0;font-weight:600}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:2px}
h4 a{text-decoration:none}h4 a:hover{text-decoration:underline}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.lede,.note,.facts,.by,.doi,.none,.back,small{color:var(--soft)}
.lede{margin:.4rem 0 0}
.note{font-size:.85rem;margin:.5rem 0 0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));
gap:.75rem;margin:0}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:.8rem 1rem;border-top:3px solid var(--line)}
.card dt{color:var(--soft);font-size:.85rem}
.card dd{margin:0;font-size:1.6rem;font-weight:650;line-height:1.2;
font-variant-numeric:tabular-nums}
.card.high{border-top-color:var(--high)}
.card.medium{border-top-color:var(--medium)}
.card.low{border-top-color:var(--low)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));
gap:.75rem;margin-top:.75rem}
figure{margin:0;background:var(--card);border:1px solid var(--line);
border-radius:10px;padding:1rem}
figcaption{font-weight:600;margin-bottom:.6rem}
.chart{width:100%;height:auto;display:block;overflow:visible}
.chart text{font-size:9.5px;fill:var(--soft);text-anchor:middle}
rect.high{fill:var(--high)}rect.medium{fill:var(--medium)}
.reliability{max-width:22rem;margin:0 auto .75rem}
.chart .side{text-anchor:end}.frame{fill:none;stroke:var(--line)}
.even{stroke:var(--soft);stroke-dasharray:3 3}circle{fill:var(--high)}
rect.low{fill:var(--low)}rect.plain{fill:var(--plain)}rect.back{fill:var(--back)}
table{border-collapse:collapse;width:100%}
th{text-align:left;font-weight:500}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.bars th{font-size:.9rem;white-space:nowrap;padding:.15rem .75rem .15rem 0}
.bars td{padding:.15rem 0}.bars td:nth-child(2){width:100%}
.bars td.num{padding-left:.75rem;font-size:.9rem}
.row{display:block;width:100%;height:.6rem;border-radius:3px}
.metrics,.list{background:var(--card);border:1px solid var(--line);
border-radius:10px;overflow:hidden}
.metrics,.plans table{border-spacing:0;border-collapse:separate}
.metrics{width:auto;min-width:60%}
.plans{content-visibility:auto;contain-intrinsic-size:auto 450rem}
.plans table{table-layout:fixed}.plans col+col{width:5.5rem}
.metrics th,.metrics td,.plans th,.plans td{padding:.5rem .9rem;
border-bottom:1px solid var(--line);vertical-align:top}
.plans:not(.first) th{padding:0;border:0;font-size:0;line-height:0}
.metrics td{font-variant-numeric:tabular-nums}
thead th{font-size:.85rem;color:var(--soft)}
tbody tr:last-child>*{border-bottom:0}
.plans:not(:last-child) tr:last-child td{border-bottom:1px solid var(--line)}
.doi{font-size:.85rem;overflow-wrap:anywhere}
.plans .doi{display:block}
.filters{display:flex;flex-wrap:wrap;gap:.75rem 1.5rem;align-items:center;
margin-bottom:.75rem}
.filters[hidden]{display:none}
input,select{font:inherit;color:inherit;background:var(--card);
border:1px solid var(--low);border-radius:8px;padding:.35rem .6rem}
input{min-width:16rem}
.plan{background:var(--card);border:1px solid var(--line);border-radius:12px;
padding:1.25rem 1.4rem;margin:0 0 1.25rem;content-visibility:auto;
contain-intrinsic-size:auto 60rem}
.plan>.facts{margin:.15rem 0 .6rem;font-size:.9rem;overflow-wrap:anywhere}
.about{margin:0 0 .5rem;font-size:.92rem}
.about div{display:flex;gap:.75rem}.about dt{color:var(--soft);flex:0 0 6.5rem}
.about dd{margin:0}
.works{list-style:none;margin:0;padding:0}
.work{position:relative;border-top:1px solid var(--line);padding:1rem 0 1rem;
overflow-wrap:anywhere}
.score{float:right;width:8.5rem;margin:0 0 .5rem 1.25rem;text-align:right;
font-size:.85rem}
.score svg{display:block;width:100%;height:.45rem;border-radius:3px;
margin:.35rem 0 .25rem}
.points{color:var(--soft);font-variant-numeric:tabular-nums}
.band{font-weight:650}.band.high{color:var(--high)}
.band.medium{color:var(--medium)}.band.low{color:var(--low)}
.work p{margin:.25rem 0 0}.by,.facts{font-size:.88rem}
.work .why{margin-top:.5rem}
.why b{font-weight:600}
.parts{margin-top:.5rem}.work .parts p{margin:.1rem 0 0;font-size:.88rem;
color:var(--soft)}
.stack{display:block;width:100%;height:20px;border-radius:3px}
.stack rect{stroke:var(--card);stroke-width:2px}
.stack text{font-size:11px;fill:var(--on-plain);dominant-baseline:central}
.quote{font-size:.9rem;color:var(--soft);border-left:3px solid var(--line);
padding-left:.75rem}
mark{background:var(--mark);color:var(--mark-ink);border-radius:3px;
padding:0 .1em}
.tag{display:inline-block;font-size:.8rem;border:1px solid var(--line);
border-radius:99px;padding:.05rem .6rem;margin-right:.4rem;color:var(--soft)}
.tag.right{color:var(--high);border-color:var(--high)}
.tag.wrong{color:#b3261e;border-color:#b3261e}
@media (prefers-color-scheme:dark){.tag.wrong{color:#ff9b93;
border-color:#ff9b93}}
details{margin-top:.5rem;font-size:.9rem}
summary{cursor:pointer;color:var(--link);width:fit-content}
.help{background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:.8rem 1rem;margin-top:1.5rem;font-size:1rem}
.help dt{font-weight:600;margin-top:.5rem}.help dd{margin:0}
.sum{margin-top:.4rem}
.sum th,.sum td{padding:.25rem .75rem .25rem 0;vertical-align:top;
border-bottom:1px solid var(--line)}
.sum th{white-space:nowrap}.sum .num{padding-right:0}
.total th,.total td{font-weight:650;border-bottom:0}
.more button{font:inherit;color:var(--link);background:var(--card);
border:1px solid var(--low);border-radius:8px;padding:.35rem .8rem;
cursor:pointer}
.back,.none,.missing{font-size:.88rem;margin:.6rem 0 0}
footer{padding-top:1.5rem;padding-bottom:3rem;color:var(--soft);
font-size:.85rem}
.hide,body[data-band=medium] .work.low,body[data-band=high] .work.low,
body[data-band=high] .work.medium{display:none}
@media (max-width:40rem){.score{float:none;width:auto;margin:0;display:flex;
gap:.6rem;align-items:center}.score svg{width:6rem;margin:0}
.about div{display:block}.plan{padding:1rem}.plans col+col{width:3.9rem}
.plans th,.plans td{padding:.35rem}}
@media print{:root{--page:#fff}body{font-size:10.5pt}.filters,.back,.skip,.help,.more{
display:none}.plan{border:0;padding:0;break-before:auto;
content-visibility:visible}.plans{content-visibility:visible}.work,figure,.card{break-inside:avoid}
a{color:inherit}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
)css";

const std::string_view kReportScript = R"js(
"use strict";
(function () {
  var form = document.querySelector(".filters");
  var find = document.getElementById("find");
  var band = document.getElementById("band");
  var count = document.getElementById("found");
  var rows = Array.prototype.map.call(
    document.querySelectorAll("tr[data-plan]"), function (row) {
      return { row: row, number: Number(row.dataset.plan),
               text: row.textContent.toLowerCase(),
               plan: document.getElementById("p" + row.dataset.plan) };
    });
  var found = rows;
  var tables = Array.prototype.slice.call(document.querySelectorAll(".plans"));

  // Plans of a long page are packed; those looked at are put into #shown.
  var packs = document.querySelectorAll("script.pack");
  var shown = document.getElementById("shown");
  var more = document.getElementById("more");
  var all = document.getElementById("all");
  var last = { pack: -1, plans: null };
  var next = 0;   // of the found plans, the next to show
  var asked = 0;  // a new question makes earlier answers void
  var chain = Promise.resolve();  // of what is being appended

  function unpack(pack) {
    if (last.pack === pack) return last.plans;
    var text = atob(packs[pack].textContent);
    var bytes = Uint8Array.from(text, function (c) { return c.charCodeAt(0); });
    var plain = new Blob([bytes]).stream().pipeThrough(
      new DecompressionStream("gzip"));
    last = { pack: pack, plans: new Response(plain).text().then(
      function (all) { return all.split("\u001e"); }) };
    return last.plans;
  }
  function plan(number) {
    var size = Number(packs[0].dataset.plans);
    var pack = Math.floor((number - 1) / size);
    return unpack(pack).then(
      function (plans) { return plans[(number - 1) % size]; });
  }
  function label() {
    var left = found.length - next;
    more.hidden = left <= 0;
    more.textContent = "Show " + Math.min(10, left) + " more of " + left;
    all.hidden = left <= 10 || left > 1000;
    all.textContent = "Show all " + left + " (to print them)";
  }
  // Empties #shown; what was asked for until now is not shown any more.
  function clear() {
    asked++;
    shown.textContent = "";
  }
  // Appends plans one by one, so that the first is seen at once, and after
  // those that were asked for before.
  function append(numbers, done) {
    var mine = asked;
    numbers.forEach(function (number) {
      chain = chain.then(function () {
        return mine === asked ? plan(number) : "";
      }).then(function (html) {
        if (mine === asked) shown.insertAdjacentHTML("beforeend", html);
      });
    });
    chain = chain.then(function () { if (mine === asked && done) done(); },
      function (problem) { if (mine === asked) shown.textContent = "" + problem; });
  }
  function show(most) {
    var now = found.slice(next, next + most);
    next += now.length;
    label();
    append(now.map(function (item) { return item.number; }));
  }
  function open() {
    var number = Number((/^#p(\d+)$/.exec(location.hash) || [])[1]);
    if (!number || number > rows.length) return false;
    var there = document.getElementById("p" + number);
    if (there) { there.scrollIntoView({ behavior: "instant" }); return true; }
    clear();
    next = found.findIndex(function (item) { return item.number > number; });
    if (next < 0) next = found.length;
    label();
    append([number], function () {
      document.getElementById("p" + number).scrollIntoView(
        { behavior: "instant" });
    });
    return true;
  }

  function tell() {
    count.textContent = found.length.toLocaleString("en") + " of " +
      rows.length.toLocaleString("en") + " plans";
  }
  var timer = 0;
  function apply() {
    var words = find.value.toLowerCase().split(/\s+/);
    found = rows.filter(function (item) {
      var hit = words.every(function (w) { return item.text.includes(w); });
      item.row.classList.toggle("hide", !hit);
      if (item.plan) item.plan.classList.toggle("hide", !hit);
      return hit;
    });
    var first = true;  // the table whose head is seen
    tables.forEach(function (table) {
      var any = table.querySelector("tr[data-plan]:not(.hide)") !== null;
      table.classList.toggle("hide", !any);
      table.classList.toggle("first", any && first);
      if (any) first = false;
    });
    tell();
    if (!packs.length) return;
    clear();
    next = 0;
    show(10);
  }
  find.addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(apply, 120);
  });
  band.addEventListener("change", function () {
    document.body.dataset.band = band.value;
  });
  form.addEventListener("submit", function (e) { e.preventDefault(); });
  form.hidden = false;
  if (packs.length) {
    window.addEventListener("hashchange", open);
    more.addEventListener("click", function () { show(10); });
    all.addEventListener("click", function () { show(found.length); });
    tell();
    if (!open()) show(10);
  } else {
    apply();
  }
})();
)js";

const std::string_view kReportGuide =
    R"html(<details class=help><summary>How to read this report</summary>
<p>Each plan is followed by the published works that may have come out of its
project, the most likely first. They are proposals: a person who knows the
project should confirm them.</p>
<dl><dt>High, medium, low</dt><dd>How a work compares with the best work of the
same plan. The best work of a plan is always high, so look at the reasons
too.</dd>
<dt>Matched because</dt><dd>What plan and work have in common. An award number, an
ORCID iD or a funder’s own list weigh most. A surname alone, an institution or
shared words can be chance.</dd>
<dt>The bar and its sum</dt><dd>The points each kind of evidence brought, in the
same order; “How the score adds up” says from what. Points are averaged over a
work’s authors or institutions, so a paper of many authors does not win by
length.</dd>
<dt>A percentage</dt><dd>With the ranker linkage the figure is the probability
that the work came out of the project; high is 70&nbsp;% or more, medium 40&nbsp;% or
more, and even the best work of a plan can be low. Two sums of bits stand behind
it: against chance, and against other work of the same people. The smaller one
decides.</dd>
<dt>Outside the project’s dates</dt><dd>Published before the project began or long
after it ended; listed because other evidence is strong.</dd></dl>
</details>)html";

}  // namespace dmp::results
