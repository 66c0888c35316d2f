// Opens pages in Chromium by playwright-core and prints one JSON object a line:
//   { page, width, errors, requests, overflow, focusable, reached, chooser }
// errors: what the console or the page complained of; requests: addresses other than the page's own file and data URIs; overflow: pixels wider than the window;
// reached: how many elements the tab key came to, of focusable ones that are shown (at 380 pixels, light; else null); chooser: texts of the threshold chooser before and after the arrow key.
// node look.mjs CHROMIUM PLAYWRIGHT-CORE SHOTS|- PAGE…
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const [executablePath, playwright, shots, ...pages] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(playwright);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
for (const page of pages) {
  for (const [width, height, scheme] of [[1280, 900, 'light'], [380, 800, 'light'], [380, 800, 'dark']]) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, deviceScaleFactor: 1 });
    const tab = await context.newPage();
    const errors = [], requests = [], own = pathToFileURL(page).href;
    tab.on('console', message => { if (['error', 'warning'].includes(message.type())) errors.push(message.text()); });
    tab.on('pageerror', error => errors.push(String(error)));
    tab.on('request', request => { if (request.url() !== own && !request.url().startsWith('data:')) requests.push(request.url()); });
    await tab.goto(own, { waitUntil: 'load' });
    await tab.evaluate(() => document.querySelectorAll('img').forEach(image => image.loading = 'eager'));
    const overflow = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    const focusable = await tab.evaluate(() => [...document.querySelectorAll('a[href], summary, select, input, [tabindex="0"]')].filter(e => e.checkVisibility()).length);
    const seen = new Set();
    // Once by keyboard is enough: on a phone's width.
    const walk = width === 380 && scheme === 'light';
    for (let i = 0; walk && i < focusable + 3; i++) {
      await tab.keyboard.press('Tab');
      seen.add(await tab.evaluate(() => {
        const all = [...document.querySelectorAll('*')];
        return document.activeElement === document.body ? -1 : all.indexOf(document.activeElement);
      }));
    }
    seen.delete(-1);
    let chooser = null;
    if (walk && await tab.locator('#chooser').count()) {
      const before = await tab.locator('#chooser-words').textContent();
      await tab.locator('#chooser-threshold').focus();
      for (let i = 0; i < 45; i++) await tab.keyboard.press('ArrowRight');
      const value = await tab.locator('#chooser-value').textContent(), after = await tab.locator('#chooser-words').textContent();
      await tab.locator('#chooser-class').focus();
      await tab.keyboard.press('ArrowDown');
      chooser = { before, value, after, ofClass: await tab.locator('#chooser-words').textContent() };
    }
    if (shots !== '-') {
      await tab.evaluate(() => window.scrollTo(0, 0));
      await tab.screenshot({ path: path.join(shots, `${path.basename(page, '.html')}-${width}-${scheme}.png`), fullPage: true });
    }
    console.log(JSON.stringify({ page, width, scheme, errors, requests, overflow, focusable: walk ? focusable : null, reached: walk ? seen.size : null, chooser }));
    await context.close();
  }
}
await browser.close();
