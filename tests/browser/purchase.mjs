// Buys in a shop as people do, in a real browser: with and without JavaScript, on a desk and on a phone, in two languages.
// No page may have an accessibility fault that axe finds, break its security policy, or be wider than its window.
//
//   node purchase.mjs URL PASSWORD [FOLDER FOR PICTURES]

import { furnish, owner } from './furnish.mjs';
import { Faults, launch } from './look.mjs';

const [url, password, pictures] = process.argv.slice(2);
const faults = new Faults();

/** A visitor who buys, looking at each page on the way. */
async function buy(browser, shop, { name, width, scripted, locale, words }) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled: scripted });
  const page = await context.newPage();
  faults.hear(page, name, /status of 422/);
  const look = async (what) => {
    await faults.inspect(page, `${name}, ${what}`, scripted);
    if (pictures) await page.screenshot({ path: `${pictures}/${name}-${what}.png`, fullPage: true });
  };
  const press = async (selector) => {
    await Promise.all([page.waitForEvent('framenavigated', { timeout: 10_000 }), page.locator(selector).first().click()]);
    await page.waitForLoadState('load');
  };
  const reads = (selector, text) => faults.reads(page, name, selector, text);

  await page.goto(`${url}${shop}/${locale}/`);
  await look('home');
  await press('a[href$="/plans/business/"]');
  await page.locator('label', { hasText: words.backups }).click();
  if (scripted) await reads('[data-sum=now]', words.today);
  await look('plan');
  await press('form.order button');
  await page.fill('#f-name', `bakery-${name.replaceAll(' ', '-')}`);
  await page.locator('store-search form button').click();
  await page.locator('#results form').first().waitFor();
  await look('domains');
  await press('#results form button');
  await page.fill('#f-coupon', 'NOPE');
  await press('form.coupon button');
  await reads('#e-coupon', words.coupon);
  await page.fill('#f-coupon', 'spring');
  await press('form.coupon button');
  await reads('aside .total dd', words.total);
  await look('cart');
  await press('aside a.button');
  await page.evaluate(() => document.querySelectorAll('[required]').forEach((field) => field.removeAttribute('required'))).catch(() => {});
  if (scripted) {
    await press('form.stack button');
    await reads('.errors', words.errors);
    await look('refused');
  }
  const email = `${name.toLowerCase().replaceAll(' ', '-')}@example.com`;
  for (const [field, value] of Object.entries({
    first_name: 'Anna', last_name: 'Müller', street: '12 quai des Chartrons', postal_code: '33000', city: 'Bordeaux', email, password: 'correct horse battery',
  })) await page.fill(`#f-${field}`, value);
  await page.selectOption('#f-country', 'FR');
  await page.check('#f-accept');
  await look('checkout');
  await press('form.stack button');
  await page.fill('#f-number', '4000 0000 0000 0010');
  await page.fill('#f-expiry', '08/30');
  await page.fill('#f-code', '123');
  await page.fill('#f-holder', 'Anna Müller');
  await press('form.stack button');
  await reads('.errors', words.declined);
  await look('pay');
  await page.fill('#f-number', '4242 4242 4242 4242');
  await page.fill('#f-code', '123');
  await press('form.stack button');
  await reads('h1', words.thanks);
  await look('result');
  await press(`a[href*="/account/invoices/"]`);
  await reads('.paper .state', words.paid);
  await reads('.paper tbody tr:first-child td:last-child', words.listed); // before the discount, which stands below
  await look('invoice');
  await page.goto(`${url}${shop}/${locale}/account/`);
  await look('account');
  await page.goto(`${url}${shop}/${locale}/account/profile/`);
  await look('profile');
  await press('form[action$="/sign-out"] button');
  await page.goto(`${url}${shop}/${locale}/account/`);
  await reads('h1', words.signIn);
  await look('sign-in');
  await context.close();
}

// 14.90 + 2.00 a month and 11.90 for the name are 28.80; less 10 % (1.49 + 0.20 + 1.19) 25.92; with 20 % (5.184) 31.10
const english = {
  locale: 'en-US',
  words: {
    backups: 'Hourly backups', today: '€16.90', listed: '€14.90', coupon: 'This coupon cannot be used here.', total: '€31.10', errors: 'Please correct', declined: 'The payment was declined',
    thanks: 'Thank you for your order', paid: 'Paid', signIn: 'Sign in',
  },
};
const french = {
  locale: 'fr-FR',
  words: {
    backups: 'Hourly backups', today: '16,90', listed: '14,90', coupon: 'ne peut pas être utilisé', total: '31,10', errors: 'Merci de corriger', declined: 'Le paiement a été refusé',
    thanks: 'Merci', paid: 'Payée', signIn: 'connecter',
  },
};

const shop = await furnish(await owner(url, password));
const browser = await launch();
try {
  for (const visitor of [
    { name: 'desk', width: 1280, scripted: true, ...english },
    { name: 'phone', width: 390, scripted: true, ...french },
    { name: 'desk without script', width: 1280, scripted: false, ...french },
    { name: 'phone without script', width: 390, scripted: false, ...english },
  ]) {
    await buy(browser, shop, visitor).catch((error) => faults.add(visitor.name, error.message.split('\n').slice(0, 4).join(' ')));
  }
} finally {
  await browser.close();
}
faults.end('Bought four times, nothing to complain about.');
