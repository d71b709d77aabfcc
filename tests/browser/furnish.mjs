// A shop worth looking at: three plans with add-ons, names, taxes, terms in two languages, a launch offer, cards and bank accounts.
// All of it is made over the API.

const eur = (amount) => ({ amount, currency: 'EUR' });
const price = (cycle, recurring, setup = '0.00') => ({ cycle, currency: 'EUR', recurring: eur(recurring), setup: eur(setup) });

/** A function that posts as the owner and gives back what was made; its `get` reads. */
export async function owner(url, password) {
  const send = async (token, path, body, method = 'POST') => {
    const answer = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
  const { access_token: token } = await send('', '/v1/sessions', { audience: 'admin', email: 'owner@example.com', password });
  const post = (path, body) => send(token, path, body);
  return Object.assign(post, { get: (path) => send(token, path, undefined, 'GET') });
}

/** Makes the shop; gives back the path of its pages. */
export async function furnish(post) {
  const [policy] = (await post.get('/v1/tax-policies')).data; // the one that every seller begins with, the default
  await post('/v1/tax-rules', {
    tax_policy_id: policy.id, name: 'VAT', location: { area: 'FR' }, rate: { percent: '20' }, stage: 'on_price',
  });
  const terms = (order, cancel) => `${order}\n\n# § 2\n\n${cancel}`;
  await post('/v1/gateways', {
    connector: 'sepa_debit', code: 'sepa', name: 'Direct debit', is_live: true,
    labels: { 'en-US': 'Direct debit', 'fr-FR': 'Prélèvement' },
    // the examples of the creditor's identifier and of a Spanish account that their registries give
    settings: { creditor_name: 'Quayside', creditor_id: 'ES11000B12345674', account: 'ES9121000418450200051332', lead_days: '1', notice_days: '1' },
  });
  const store = await post('/v1/stores', {
    code: 'quayside', name: 'Quayside', kind: 'client', currency: 'EUR', locales: ['en-US', 'fr-FR'], price_basis: 'net',
    gateways: ['fake', 'sepa', 'transfer', 'cheque'], domain_options: ['register', 'transfer', 'use_own'], require_vat_number: false,
    terms: {
      'en-US': terms('An order is accepted when its invoice is issued.', 'You may cancel at the end of each period.'),
      'fr-FR': terms('Une commande est acceptée à l’émission de la facture.', 'Vous pouvez résilier à chaque échéance.'),
    },
  });
  const group = await post('/v1/add-on-groups', { name: 'Care', question: 'Shall we take care of more?' });
  const addOns = [];
  for (const [code, name, description, monthly, yearly] of [
    ['backups', 'Hourly backups', 'Go back to any hour of the last month.', '2.00', '20.00'],
    ['move', 'We move your site', 'Tell us where it is, we do the rest.', '0.00', '0.00'],
  ]) {
    const fee = code === 'move' ? '29.00' : '0.00';
    const made = await post('/v1/add-ons', {
      add_on_group_id: group.id, code, name, description, prices: [price('1-month', monthly, fee), price('1-year', yearly, fee)],
    });
    await post(`/v1/add-ons/${made.id}/activate`);
    addOns.push(made.id);
  }
  for (const [code, name, description, gigabytes, mailboxes, monthly, yearly, position] of [
    ['starter', 'Starter', 'For a first site or a blog.', 10, 5, '4.90', '49.00', 1],
    ['business', 'Business', 'For companies that live from their site.\n\nWeb, mail and backups under one roof.', 50, 50, '14.90', '149.00', 2],
    ['agency', 'Agency', 'For those who build sites for others.', 200, 'unlimited', '39.90', '399.00', 3],
  ]) {
    const plan = await post('/v1/plans', {
      code, name, description, position, kind: 'hosting', store_ids: [store.id], add_on_ids: addOns,
      features: ['Green power', 'Help from people'],
      properties: { disk_space: gigabytes * 1e9, domains: position * 5, mailboxes, databases: position * 10, ssl_support: true, script_php: true },
      prices: [price('1-month', monthly, code === 'agency' ? '10.00' : '0.00'), price('1-year', yearly)],
    });
    await post(`/v1/plans/${plan.id}/activate`);
  }
  await post('/v1/tlds', { name: 'bakery' });
  const { data: endings } = await post.get('/v1/tlds?limit=100');
  for (const name of ['com', 'fr', 'bakery']) await post(`/v1/tlds/${endings.find((one) => one.name === name).id}/activate`);
  for (const [tld, yearly] of [['com', '11.90'], ['fr', '7.90'], ['bakery', '49.00']]) {
    const plan = await post('/v1/plans', {
      code: `names-${tld}`, name: `Domain name .${tld}`, kind: 'domain', tlds: [tld], store_ids: [store.id], prices: [price('1-year', yearly)],
    });
    await post(`/v1/plans/${plan.id}/activate`);
  }
  await post('/v1/coupons', { name: 'Spring', code: 'SPRING', value: { percent: '10' }, cycles: 3 });
  return '/stores/provider/quayside';
}
