// Opens a live page in Chromium by playwright-core, stops the run by keyboard once an epoch is there, lets it go on, waits for its end, and prints one JSON object:
//   { errors, requests, overflow, states, epochs }
// requests: addresses outside the page's own; states: what the page said of the run, in order; epochs: points on the curve at the end.
// node live.mjs CHROMIUM PLAYWRIGHT-CORE SHOTS|- ADDRESS
import { createRequire } from 'node:module';
import path from 'node:path';

const [executablePath, playwright, shots, address] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(playwright);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const tab = await (await browser.newContext({ viewport: { width: 380, height: 800 } })).newPage();
const errors = [], requests = [], states = [];
tab.on('console', message => { if (['error', 'warning'].includes(message.type())) errors.push(message.text()); });
tab.on('pageerror', error => errors.push(String(error)));
tab.on('request', request => { if (!request.url().startsWith(address) && !request.url().startsWith('data:')) requests.push(request.url()); });
await tab.goto(address, { waitUntil: 'domcontentloaded' });
async function reach(id) {
  for (let i = 0; i < 20; i++) {
    await tab.keyboard.press('Tab');
    if (await tab.evaluate(wanted => document.activeElement.id === wanted, id)) return;
  }
  throw new Error(`${id} cannot be reached by keyboard`);
}
async function state(text) {
  await tab.waitForFunction(wanted => document.getElementById('state').textContent.startsWith(wanted), text, { timeout: 60000 });
  states.push(text);
}
const points = () => tab.locator('#accuracy-chart circle').count();
await tab.waitForFunction(() => document.querySelectorAll('#accuracy-chart circle').length > 0, null, { timeout: 60000 });
await reach('stop');
await tab.keyboard.press('Enter');
await state('Stopped');
await reach('resume');
await tab.keyboard.press('Enter');
await state('Done');
const overflow = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
if (shots !== '-') await tab.screenshot({ path: path.join(shots, 'live-380.png'), fullPage: true });
console.log(JSON.stringify({ errors, requests, overflow, states, epochs: await points() }));
await browser.close();
