// How soon a report can be read: each file opened anew in a headless Chromium,
// with an empty cache, until its first plan has its works; then the title of its
// last plan is looked for until that plan is shown. Seconds, medians of three.
//
// usage: node open.mjs MODULES REPORT…
// MODULES: folder that holds playwright-core (tools/setup-services).
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [modules, ...reports] = process.argv.slice(2);
const load = createRequire(join(resolve(modules), 'x.js'));
const { chromium } = load('./playwright-core');

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function seconds(work) {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function measure(browser, report) {
  const page = await (await browser.newContext()).newPage();
  const open = await seconds(async () => {
    await page.goto(`file://${resolve(report)}`, { waitUntil: 'commit' });
    await page.locator('.plan .work').first().waitFor();
  });
  const last = page.locator('tr[data-plan]').last();
  const number = await last.getAttribute('data-plan');
  const title = await last.locator('bdi').textContent();
  const find = await seconds(async () => {
    await page.fill('#find', title);
    await page.locator(`#p${number}`).waitFor();
  });
  await page.close();
  return { open, find };
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
console.log('| report | MB | opened | last plan found |\n|---|---|---|---|');
for (const report of reports) {
  const times = [];
  for (let round = 0; round < 3; ++round) times.push(await measure(browser, report));
  const of = (name) => median(times.map((time) => time[name])).toFixed(2);
  console.log(`| ${report} | ${(statSync(report).size / 1e6).toFixed(0)} | ${of('open')} | ${of('find')} |`);
}
await browser.close();
