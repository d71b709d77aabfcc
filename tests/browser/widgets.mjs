// The widgets on a web site that is not the store's: another origin, a strict Content-Security-Policy, styles of its own. The
// plans and their prices are shown in each layout and in two languages, a name is asked for, and each way leads into the
// store. Purchases have furnished the shop.
//
//   node widgets.mjs URL PASSWORD [FOLDER FOR PICTURES]

import { createServer } from 'node:http';
import { owner } from './furnish.mjs';
import { Faults, launch } from './look.mjs';

const [url, password, pictures] = process.argv.slice(2);
const faults = new Faults();

/** Where the store is and its publishable key. */
async function shop() {
  const stores = await (await owner(url, password)).get('/v1/stores');
  const { publishable_key: key } = stores.data.find(({ code }) => code === 'quayside');
  return { key, base: `${url}/stores/provider/quayside` };
}

/** A page of somebody else's. */
const foreign = (lang, inside) => `<!doctype html>
<html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Bakers of Bordeaux</title>
<style>
  body { font: 1.1rem/1.5 Georgia, serif; max-width: 60rem; margin: auto; padding: 1rem; color: #222; background: #fdf6e3 }
  .comptoir-plans { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 1rem }
  table.comptoir-plans { display: table; border-collapse: collapse; width: 100% } th, td { text-align: start; padding: .4rem }
  form.comptoir-plans { display: block }
  .comptoir-plan { background: #fff; padding: 1rem } a { color: #7a1f1f; line-height: 2 } input, select, button { font: inherit; max-width: 100% }
</style>
<script type="module" src="${url}/widgets/comptoir-catalog.js"></script>
<script type="module" src="${url}/widgets/comptoir-domain-search.js"></script>
</head><body><main><h1>Bakers of Bordeaux</h1>${inside}</main></body></html>`;

const catalog = (key, more = '') => `<comptoir-catalog api="${url}" key="${key}" ${more}><a class="instead" href="${url}/">See our plans</a></comptoir-catalog>`;
const search = (key) => `<comptoir-domain-search api="${url}" key="${key}"><a class="instead" href="${url}/">Find a name</a></comptoir-domain-search>`;

/** Serves pages under another origin than the store's, with a policy that trusts nobody but the store. */
async function serve(pages) {
  const policy = `default-src 'none'; script-src ${url}; connect-src ${url}; form-action ${url}; style-src 'unsafe-inline'; base-uri 'none'`;
  const server = createServer((request, response) => {
    const page = pages[request.url];
    response.writeHead(page || request.url === '/favicon.ico' ? 200 : 404, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy });
    response.end(page);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

const { key, base } = await shop();
const { server, origin } = await serve({
  '/': foreign('en', catalog(key) + search(key)),
  '/fr': foreign('fr', catalog(key, 'cycle="1-year" plans="starter agency"') + search(key)),
  '/table': foreign('en', catalog(key, 'layout="table"')),
  '/choice': foreign('en', catalog(key, 'layout="drop-down"')),
  '/lost': foreign('en', catalog('pk_nobody')),
});
const browser = await launch();

/** Opens a page of the foreign site and hands it on. */
async function visit(path, { width = 1280, but, says } = {}, work) {
  const where = `foreign site, ${path}`;
  const context = await browser.newContext({ viewport: { width, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  faults.hear(page, where, but);
  try {
    // whoever listens only after the page is there may come too late
    const said = says && page.waitForEvent('console', (message) => message.text().includes(says));
    await page.goto(origin + path);
    await said;
    await work(page, (selector, text) => faults.reads(page, where, selector, text), async (what) => {
      await faults.inspect(page, `${where}, ${what}`);
      if (pictures) await page.screenshot({ path: `${pictures}/widgets-${what}.png`, fullPage: true });
    });
    if ((await context.cookies(origin)).length) faults.add(where, 'a widget has left cookies');
  } catch (error) {
    faults.add(where, error.message.split('\n').slice(0, 4).join(' '));
  }
  await context.close();
}

const leadsTo = (page, address) => page.waitForURL((now) => now.href.startsWith(address));

/** Answers the store's question for a name, and is led to the cart. */
async function name(page, wanted) {
  await leadsTo(page, `${base}/en-US/domains/search?item=`);
  await page.fill('#f-name', wanted);
  await page.locator('store-search form button').click();
  await page.locator('#results form button').first().click();
  await leadsTo(page, `${base}/en-US/cart/`);
}

try {
  // three plans, what they cost by month and year, the names: and on from there into the store's cart
  await visit('/', {}, async (page, reads, look) => {
    await page.locator('.comptoir-plan').nth(2).waitFor();
    await reads('.comptoir-plan:nth-child(1)', 'Starter');
    await reads('.comptoir-plan:nth-child(1)', '€4.90 / 1 month');
    await reads('.comptoir-plan:nth-child(2)', '€149.00 / 1 year');
    await reads('.comptoir-plan:nth-child(3)', 'plus €10.00 set-up');
    await page.locator('.comptoir-tlds li').first().waitFor();
    await reads('.comptoir-tlds', '.com €11.90');
    await reads('comptoir-catalog .comptoir-taxes', 'Prices exclude taxes.');
    await reads('comptoir-domain-search .comptoir-taxes', 'Prices exclude taxes.');
    await look('list');
    await page.getByRole('link', { name: 'Order: Business, 1 month' }).click();
    // the plan is for a name: the store asks for it, then shows the cart: 14.90 and 11.90 are 26.80, with 20 % 32.16
    await name(page, 'brioche-paris.com');
    await reads('main', 'Business');
    await reads('aside .total', '€32.16');
    await look('ordered');
  });
  // a name, whole or without its ending, is answered by the store
  await visit('/', { width: 390 }, async (page, reads, look) => {
    await page.getByLabel('Find your domain name').fill('brioche-bordeaux.com');
    await look('phone');
    await page.getByRole('button', { name: 'Search' }).click();
    await leadsTo(page, `${base}/en-US/domains/search?name=brioche-bordeaux.com`);
    await reads('#results', 'brioche-bordeaux.com');
    await reads('#results', '€11.90');
    await look('found');
    await page.locator('#results form button').first().click();
    await leadsTo(page, `${base}/en-US/cart/`);
    await reads('main', 'brioche-bordeaux.com');
  });
  // the page speaks French, and wants two plans by the year
  await visit('/fr', {}, async (page, reads, look) => {
    await page.locator('.comptoir-plan').nth(1).waitFor();
    if (await page.locator('.comptoir-plan').count() !== 2) faults.add('/fr', 'there should be two plans');
    await reads('.comptoir-plan:nth-child(2)', '399,00 € / 1 an');
    await reads('.comptoir-taxes', 'Prix hors taxes.');
    await look('french');
    await page.locator('.comptoir-order').first().click();
    await leadsTo(page, `${base}/fr-FR/`);
  });
  await visit('/table', {}, async (page, reads, look) => {
    await page.locator('tbody tr').nth(5).waitFor();
    await reads('tbody', '€39.90 / 1 month');
    await look('table');
  });
  await visit('/choice', {}, async (page, reads, look) => {
    await page.locator('select').waitFor();
    await look('choice');
    await page.getByLabel('Choose a plan').selectOption({ label: 'Agency: €399.00 / 1 year' });
    await page.getByRole('button', { name: 'Order' }).click();
    await name(page, 'brioche-lyon.com');
    await reads('main', 'Agency');
  });
  // a key that nobody has: what stood there before stays
  await visit('/lost', { but: /status of 401/, says: 'comptoir-catalog' }, async (page, reads) => {
    await reads('.instead', 'See our plans');
  });
} finally {
  await browser.close();
  server.close();
}
faults.end('The widgets work on a foreign site.');
