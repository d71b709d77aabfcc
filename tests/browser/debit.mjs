// Buys from a bank account, in a real browser: the mandate is read and signed in the checkout, what is wrong is said beside its
// field, and nothing that was typed is lost. Each page is looked at on a phone and on a desk. Purchases have furnished the shop.
//
//   node debit.mjs URL PASSWORD [FOLDER FOR PICTURES]

import { owner } from './furnish.mjs';
import { Faults, launch } from './look.mjs';

const [url, password, pictures] = process.argv.slice(2);
const faults = new Faults();
const shop = `${url}/stores/provider/quayside/en-US/`;
const email = 'debit@example.com';
const holder = 'Dora Klein';
const iban = 'DE89 3704 0044 0532 0130 00'; // the Bundesbank's example
const mistyped = iban.replace('DE89', 'DE88');

/** Insists on what the API says. */
const expect = (what, found, wanted) => {
  if (found !== wanted) faults.add('debit', `${what} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
};

/** Buys a plan for a name of one's own. */
async function buy(page) {
  const look = async (what) => {
    for (const [name, width] of [['phone', 390], ['desk', 1280]]) {
      await page.setViewportSize({ width, height: 900 });
      await faults.inspect(page, `debit on a ${name}, ${what}`);
      if (pictures) await page.screenshot({ path: `${pictures}/debit-${name}-${what}.png`, fullPage: true });
    }
  };
  const press = async (selector) => {
    await Promise.all([page.waitForEvent('framenavigated', { timeout: 10_000 }), page.locator(selector).first().click()]);
    await page.waitForLoadState('load');
  };
  const reads = (selector, text) => faults.reads(page, 'debit', selector, text);
  const keeps = async (number, signed) => {
    expect('the holder', await page.inputValue('#f-account_holder'), holder);
    expect('the number', await page.inputValue('#f-iban'), number);
    expect('the tick', await page.isChecked('#f-mandate'), signed);
  };

  await page.goto(`${shop}plans/starter/`);
  await press('form.order button');
  await page.check('[name=want][value=use_own]');
  await page.fill('#f-name', 'bakery-debit.com');
  await page.locator('store-search form button').click();
  await page.locator('#results form').first().waitFor();
  await press('#results form button');
  await press('aside a.button');
  for (const [field, value] of Object.entries({
    first_name: 'Dora', last_name: 'Klein', street: '3 place du Marché', postal_code: '21000', city: 'Dijon', email, password: 'correct horse battery',
  })) await page.fill(`#f-${field}`, value);
  await page.selectOption('#f-country', 'FR');
  await page.check('[name=payment][value=sepa]');
  await page.check('#f-accept');
  await press('form.stack button');

  await reads('.mandate', 'SEPA Direct Debit Mandate By signing this mandate form, you authorise (A) Quayside to send instructions');
  await reads('.mandate', 'Creditor identifier: ES11000B12345674');
  await look('mandate');
  await page.fill('#f-account_holder', holder);
  await page.fill('#f-iban', iban);
  // the browser holds a form back whose box is not ticked; the server does too
  expect('what the browser asks for', await page.locator('form.stack :invalid').evaluateAll((all) => all.map(({ id }) => id).join()), 'f-mandate');
  await page.locator('form.stack').evaluate((form) => { form.noValidate = true; });
  await press('form.stack button');
  await reads('.errors', 'Mandate: Please tick this box.');
  await reads('#e-mandate', 'Please tick this box.');
  await keeps(iban, false);
  await look('unsigned');
  await page.fill('#f-iban', mistyped);
  await page.check('#f-mandate');
  await press('form.stack button');
  await reads('.errors', 'IBAN: There is a mistake in this number.');
  await reads('#e-iban', 'There is a mistake in this number.');
  await keeps(mistyped, true);
  await look('mistyped');
  await page.fill('#f-iban', iban);
  await press('form.stack button');
  await reads('h1', 'Thank you for your order');
  await reads('.lead', 'Your payment is under way');
  await look('result');
  await press('main a[href$="/account/"]');
  await reads('.lines', 'Starter bakery-debit.com Being set up');
  await look('account');
  await press('nav a[href$="/account/payment-methods/"]');
  await reads('.lines', 'DE89 •••• •••• 3000 Can be charged. It is used first.');
  await reads('tbody', '€5.88');
  await look('methods');
  // what is secret of a card never comes back
  const card = async (expiry) => {
    for (const [field, value] of Object.entries({ number: '4242 4242 4242 4242', expiry, code: '123', holder })) await page.fill(`#f-${field}`, value);
    await press('form.stack:has(#f-number) button');
  };
  await card('08/20');
  await reads('.errors', 'Valid until: This card has expired.');
  await look('expired');
  await card('08/30');
  await reads('.lines', '•••• 4242 Can be charged. It is used first.');
  await page.locator('main summary').first().click();
  await look('kept');
  await press('.lines > li:has-text("4242") button');
  await reads('.lines', 'DE89 •••• •••• 3000');
}

/** What came of it: a mandate that holds, and a debit that waits for the bank. 4.90 and 20 % are 5.88. */
async function collected(post) {
  const all = async (path) => (await post.get(path)).data;
  const mandates = await all('/v1/mandates');
  expect('mandates', mandates.map(({ state, kind, label }) => `${state} ${kind} ${label}`).join(), 'active recurrent DE89 •••• •••• 3000');
  const [batch] = await all('/v1/bank-batches?state=open');
  const debits = await all('/v1/bank-debits');
  expect('debits', debits.map(({ transaction: { state, amount } }) => `${state} ${amount.amount}`).join(), 'new 5.88');
  expect('its batch', debits[0]?.batch_id, batch?.id ?? 'open');
  expect('its mandate', debits[0]?.mandate_id, mandates[0]?.id);
  const order = await post.get(`/v1/orders/${debits[0]?.transaction.order_id}`);
  expect('the order', order.state, 'waiting_for_payment');
}

const post = await owner(url, password);
const browser = await launch();
try {
  const page = await (await browser.newContext()).newPage();
  faults.hear(page, 'debit', /status of 422/);
  await buy(page);
  await collected(post);
} catch (error) {
  faults.add('debit', error.message.split('\n').slice(0, 4).join(' '));
} finally {
  await browser.close();
}
faults.end('Bought from a bank account, nothing to complain about.');
