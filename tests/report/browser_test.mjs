// The report in a real browser: what a reader sees, finds, clicks and prints,
// with and without JavaScript, and what axe says of its accessibility.
//
// usage: node browser_test.mjs MODULES PROGRAM [CHROMIUM]
// MODULES: folder that holds playwright-core and axe-core (tools/setup-services).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';

const [modules, program, executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const load = createRequire(join(resolve(modules), 'x.js'));
const { chromium } = load('./playwright-core');
const axe = readFileSync(load.resolve('./axe-core/axe.min.js'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'dmp_report_'));
const reports = {};
let browser;

// A world of `plans` plans and its report.
function makeReport(name, works, plans, ...options) {
  const world = join(folder, name);
  const out = join(folder, `${name}-out`);
  const run = (...words) => execFileSync(resolve(program), words, { stdio: ['ignore', 'ignore', 'inherit'] });
  run('synth', world, '--works', works, '--dmps', plans, '--seed', '3', '--quiet');
  run('run', '--out-dir', out, '--run-id', '2026-01-01', '--quiet', '--openalex-works', join(world, 'openalex_works'),
      '--ror', join(world, 'ror'), '--dmps', join(world, 'dmps'), '--ground-truth-file', join(world, 'ground_truth.csv'),
      ...options);
  reports[name] = `file://${out}/results/2026-01-01/report.html`;
}

// A page of the report, and what it complained of.
async function open(name, options = {}) {
  const context = await browser.newContext({ colorScheme: 'light', ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', (message) => page.complaints.push(message.text()));
  page.on('pageerror', (error) => page.complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) page.complaints.push(`asks for ${request.url()}`);
  });
  await page.goto(reports[name]);
  return page;
}

async function until(what, holds) {
  for (let tries = 0; tries < 1200; ++tries) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.fail(`not within a minute: ${what}`);
}

// Who asks where things are wants what is off screen to be laid out too.
async function layOutAll(page) {
  await page.evaluate(() => {
    document.styleSheets[0].insertRule('.plan,.plans{content-visibility:visible !important}',
                                       document.styleSheets[0].cssRules.length);
  });
}

// Axe looks for most of a minute at hundreds of works that are built alike: of
// each plan three stay, and one of fifteen further down, where other bands are.
async function thinOut(page) {
  await page.evaluate(() => {
    for (const plan of document.querySelectorAll('.plan'))
      Array.from(plan.querySelectorAll('.work')).filter((_, i) => i >= 3 && i % 15).forEach((work) => work.remove());
  });
  assert.ok(await page.locator('.work').count() > 0, 'works are left');
}

async function accessible(page) {
  await thinOut(page);
  await layOutAll(page);
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
  assert.ok(found.passes.length > 15, 'axe looked at the page');
  assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.length} times, ${v.nodes[0].html.slice(0, 200)} ${v.nodes[0].failureSummary}`), []);
}

before(async () => {
  makeReport('short', 800, 12);
  makeReport('long', 3000, 620);
  makeReport('points', 800, 12, '--ranker', 'query');
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
    '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a short report works without JavaScript', async () => {
  const page = await open('short', { javaScriptEnabled: false });
  assert.equal(await page.locator('.plan').count(), 12);
  assert.ok(await page.locator('.work h4 a').first().isVisible());
  assert.ok(!await page.locator('.filters').isVisible(), 'what needs JavaScript is not offered');
  await page.locator('tr[data-plan="7"] a').press('Enter');  // what is under the mouse may move as plans are laid out
  assert.match(page.url(), /#p7$/);
  await page.context().close();
});

test('a long report says so where there is no JavaScript', async () => {
  const page = await open('long', { javaScriptEnabled: false });
  assert.match(await page.locator('noscript').textContent(), /620 plans .* needs JavaScript/);
  assert.equal(await page.locator('tr[data-plan]').count(), 620);
  await page.context().close();
});

for (const name of ['short', 'long', 'points']) {
  for (const colorScheme of ['light', 'dark']) {
    test(`axe finds nothing in the ${name} report, ${colorScheme}`, async () => {
      const page = await open(name, { colorScheme });
      await until('plans', async () => await page.locator('.plan').count() >= 10);
      for (const details of await page.locator('.plan:first-of-type details').all())
        await details.evaluate((element) => { element.open = true; });
      await accessible(page);
      assert.deepEqual(page.complaints, []);
      await page.context().close();
    });
  }
}

// Each bar of a stack as seen: where it begins and ends, its number if it has one.
function barsOf(stack) {
  return stack.evaluate((svg) => Array.from(svg.children, (bar) => {
    const box = bar.querySelector('rect').getBoundingClientRect();
    return { left: box.left, right: box.right, number: bar.textContent };
  }));
}

for (const media of ['screen', 'print']) {
  test(`the parts of a score are a bar and words, on ${media}, without JavaScript`, async () => {
    const page = await open('points', { javaScriptEnabled: false });
    await page.emulateMedia({ media });
    await layOutAll(page);
    const parts = page.locator('.parts');
    assert.ok(await parts.count() >= 12);
    let numbers = 0;
    for (const part of (await parts.all()).slice(0, 12)) {
      const words = await part.locator('p').innerText();
      const points = Array.from(words.split(' = ')[0].matchAll(/ (\d+\.\d\d)(?: \+|$)/g), (m) => Number(m[1]));
      const bars = await barsOf(part.locator('.stack'));
      const { x, width } = await part.boundingBox();
      const sum = points.reduce((a, b) => a + b, 0);
      assert.equal(bars.length, points.length, words);
      let at = x;
      bars.forEach((bar, i) => {
        assert.ok(Math.abs(bar.left - at) < 2, `${words}: part ${i} begins at ${bar.left}, not ${at}`);
        assert.ok(Math.abs(bar.right - bar.left - width * points[i] / sum) < 2, words);
        if (bar.number) assert.equal(Number(bar.number), points[i]);
        numbers += bar.number ? 1 : 0;
        at = bar.right;
      });
    }
    assert.ok(numbers >= 12, 'the numbers are seen');
    await page.context().close();
  });
}

test('a long report shows the plans that are looked for', async () => {
  const page = await open('long');
  const plans = page.locator('.plan');
  await until('ten plans', async () => await plans.count() === 10);
  assert.equal(await page.textContent('#found'), '620 of 620 plans');
  // By key: sections are laid out as they come into view, which can move the
  // button between the press and the release of a mouse.
  await page.press('#more', 'Enter');
  await until('ten more', async () => await plans.count() === 20);
  assert.equal(await plans.nth(19).getAttribute('id'), 'p20');

  await page.click('tr[data-plan="618"] a');
  await until('the plan that was clicked', async () => await page.locator('#p618').isVisible());
  assert.equal(await plans.count(), 1);
  const title = await page.locator('tr[data-plan="618"] bdi').textContent();
  assert.equal(await page.locator('#t618').textContent(), title);

  await page.fill('#find', title.toUpperCase());
  await until('the plan that was typed', async () => /^\d of 620 plans$/.test(await page.textContent('#found')));
  await until('its section', async () => await page.locator('#t618').isVisible());

  await page.fill('#find', 'no plan is called so');
  await until('none', async () => await page.textContent('#found') === '0 of 620 plans');
  assert.equal(await plans.count(), 0);
  assert.ok(!await page.locator('#more').isVisible());
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('a long list of plans reads as one table, also when searched', async () => {
  const page = await open('long');
  await layOutAll(page);
  const rows = page.locator('tr[data-plan]:visible');
  assert.equal(await rows.count(), 620);
  const seen = () => page.locator('.plans:visible').evaluateAll((tables) => tables.map((table) => {
    const [head, row] = [table.querySelector('thead'), table.querySelector('tr[data-plan]:not(.hide)')];
    return { head: head.getBoundingClientRect().height > 0, columns: Array.from(row.cells, (cell) => cell.offsetLeft) };
  }));
  for (const [words, tables] of [['', 7], [await page.locator('tr[data-plan="618"] .doi').textContent(), 1], ['', 7]]) {
    await page.fill('#find', words);
    await until('the tables', async () => await page.locator('.plans:visible').count() === tables);
    const all = await seen();
    assert.deepEqual(all.map((table) => table.head), Array.from(all, (_, i) => i === 0));
    for (const table of all) assert.deepEqual(table.columns, all[0].columns);
  }
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('plans asked for quickly are all shown, in order', async () => {
  const page = await open('long');
  await page.evaluate(() => { for (let i = 0; i < 5; ++i) document.getElementById('more').click(); });
  const plans = page.locator('.plan');
  await until('sixty plans', async () => await plans.count() >= 60);
  assert.deepEqual(await plans.evaluateAll((all) => all.map((plan) => plan.id)),
                   Array.from({ length: 60 }, (_, i) => `p${i + 1}`));
  // A search makes void what is still to come.
  await page.evaluate(() => {
    document.getElementById('all').click();
    document.getElementById('find').value = 'no plan is called so';
    document.getElementById('find').dispatchEvent(new Event('input'));
  });
  await until('none', async () => await page.textContent('#found') === '0 of 620 plans');
  await new Promise((done) => setTimeout(done, 500));
  assert.equal(await plans.count(), 0);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('an address with a plan opens it', async () => {
  const page = await open('long');
  await page.goto(`${reports.long}#p333`);
  await page.reload();
  await until('the plan', async () => await page.locator('#p333').isVisible());
  await page.context().close();
});

test('only the bands asked for are shown', async () => {
  const page = await open('short');
  const low = page.locator('.work.low');
  assert.ok(await low.first().isVisible());
  await page.selectOption('#band', 'high');
  assert.ok(!await low.first().isVisible());
  assert.ok(await page.locator('.work.high').first().isVisible());
  await page.context().close();
});

test('all print, without what is only for a screen', async () => {
  for (const name of ['short', 'long', 'points']) {
    const page = await open(name);
    await until('plans', async () => await page.locator('.plan').count() >= 10);
    const pdf = await page.pdf({ format: 'A4' });
    assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
    assert.ok(pdf.length > 20000);
    await page.emulateMedia({ media: 'print' });
    for (const part of ['.filters', '.back', '#more'])
      if (await page.locator(part).count()) assert.ok(!await page.locator(part).first().isVisible(), part);
    assert.ok(await page.locator('.work').first().isVisible());
    assert.ok(await page.locator('tr[data-plan]').last().isVisible());
    await page.context().close();
  }
});
