/*
 * <comptoir-catalog>: the plans of a Comptoir store on any web site.
 *
 *   <script type="module" src="https://shop.example.com/widgets/comptoir-catalog.js"></script>
 *   <comptoir-catalog api="https://shop.example.com" key="pk_…" layout="list" lang="en-US">
 *     <a href="https://shop.example.com/">See our plans</a>
 *   </comptoir-catalog>
 *
 * api     where GET {api}/v1/store/catalog answers; it must allow this site's origin (CORS)
 * key     the store's publishable key
 * layout  "list" (default), "table" or "drop-down"
 * lang    language of the texts; without it that of the page, then the store's own
 * cycle   show only the price of this billing cycle, such as 1-month
 * plans   show only these, by slug: "starter business"
 *
 * What stands inside the element is shown until the plans are there, and stays if they cannot be had. Prices come from the
 * store and are never read back: links name the plan and the cycle, the store computes the price. Light DOM, no styles of its own:
 * the site's style sheet applies; the hooks are the classes comptoir-plans, comptoir-plan, comptoir-price, comptoir-order and comptoir-taxes.
 * No cookies, nothing stored, no dependencies. A site with a Content-Security-Policy needs script-src and connect-src for the store.
 */

/** Text of a locale: its own, one of the same language, the store's, any. */
export function wording(text, lang, otherwise) {
  const language = lang.split('-')[0];
  const near = Object.keys(text).find((locale) => locale.split('-')[0] === language);
  return text[lang] ?? text[near] ?? text[otherwise] ?? Object.values(text)[0] ?? '';
}

/** "3-month" in words: "3 months". */
export function period(cycle, lang) {
  const [, count, unit] = /^(\d+)-(day|week|month|year)$/.exec(cycle) ?? [];
  if (!unit) return cycle;
  return new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}

/** {"amount":"12.10","currency":"EUR"} as people write it; the decimal text is never turned into a float by us. */
export function money({ amount, currency }, lang) {
  return new Intl.NumberFormat(lang, { style: 'currency', currency }).format(amount);
}

/** Where the store fills the cart with a plan. */
export function orderLink(site, plan, price, lang) {
  const { origin, base_path: base, locale, locales } = site.store;
  const spoken = locales.find((known) => known === lang)
    ?? locales.find((known) => known.split('-')[0] === lang.split('-')[0]) ?? locale;
  const query = new URLSearchParams({ plan: plan.id, cycle: price.cycle });
  return `${origin}${base}${spoken}/cart/add?${query}`;
}

const WORDS = {
  en: {
    order: 'Order', plan: 'Plan', price: 'Price', choose: 'Choose a plan', before: 'Before:', trial: '{count} days free to try', setUp: 'plus {amount} set-up',
    offer: { one: 'first period', other: 'first {count} periods' }, then: 'then {amount}', thenFor: { one: 'then {amount} for one period', other: 'then {amount} for {count} periods' },
    taxes: { net: 'Prices exclude taxes.', gross: 'Prices include taxes.' },
  },
  fr: {
    order: 'Commander', plan: 'Offre', price: 'Prix', choose: 'Choisissez une offre', before: 'Avant :', trial: '{count} jours d’essai gratuit', setUp: 'plus {amount} de mise en service',
    offer: { one: 'première période', other: '{count} premières périodes' }, then: 'puis {amount}', thenFor: { one: 'puis {amount} pour une période', other: 'puis {amount} pour {count} périodes' },
    taxes: { net: 'Prix hors taxes.', gross: 'Prix toutes taxes comprises.' },
  },
};

/** An element with properties and children; texts are always text, never markup. */
function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

class ComptoirCatalog extends HTMLElement {
  async connectedCallback() {
    if (this.started) return;
    this.started = true;
    try {
      const answer = await fetch(`${this.getAttribute('api').replace(/\/+$/, '')}/v1/store/catalog`, {
        credentials: 'omit',
        headers: { Accept: 'application/json', Authorization: `Bearer ${this.getAttribute('key') ?? ''}` },
      });
      if (!answer.ok) throw new Error(`the store answered ${answer.status}`);
      this.show(await answer.json());
    } catch (error) {
      console.warn('comptoir-catalog:', error.message); // what was inside stays
    }
  }

  show(site) {
    this.site = site;
    this.language = this.getAttribute('lang') || document.documentElement.lang || site.store.locale;
    this.words = WORDS[this.language.split('-')[0]] ?? WORDS.en;
    const wanted = (this.getAttribute('plans') ?? '').split(/[\s,]+/).filter(Boolean);
    const plans = site.plans.filter((plan) => !wanted.length || wanted.includes(plan.slug));
    const offers = plans.map((plan) => ({ plan, prices: this.prices(plan) })).filter(({ prices }) => prices.length);
    if (!offers.length) return;
    const layouts = { list: this.list, table: this.table, 'drop-down': this.dropDown };
    const layout = layouts[this.getAttribute('layout')] ?? this.list;
    const taxes = make('p', { className: 'comptoir-taxes' }, this.words.taxes[site.store.price_basis] ?? '');
    this.replaceChildren(layout.call(this, offers), taxes);
  }

  prices(plan) {
    const cycle = this.getAttribute('cycle');
    return cycle ? plan.prices.filter((price) => price.cycle === cycle) : plan.prices;
  }

  say(text) {
    return wording(text, this.language, this.site.store.locale);
  }

  /** "first period, then €6.00 for 2 periods, then €10.00": for how long an offer holds, and what comes after it. */
  spells({ offer, recurring }) {
    const words = this.words;
    const counted = (forms, count) => (count === 1 ? forms.one : forms.other).replace('{count}', count);
    const spell = ({ recurring: amount, cycles }) => (cycles ? counted(words.thenFor, cycles) : words.then)
      .replace('{amount}', money(amount, this.language));
    const later = offer.later ?? [];
    const end = (later.at(-1) ?? offer).cycles ? [{ recurring }] : [];
    return [counted(words.offer, offer.cycles), ...[...later, ...end].map(spell)].join(', ');
  }

  /** "€9.00 / month", with the price before an offer and for how long it holds, the set-up fee and the free days. */
  price(plan, price) {
    const now = price.offer ?? price;
    const parts = [];
    if (now.recurring.amount !== price.recurring.amount) parts.push(make('s', { title: this.words.before }, money(price.recurring, this.language)), ' ');
    parts.push(`${money(now.recurring, this.language)} / ${period(price.cycle, this.language)}`);
    if (price.offer?.cycles) parts.push(make('small', {}, ` ${this.spells(price)}`));
    const fee = now.set_up && /[1-9]/.test(now.set_up.amount);
    if (fee) parts.push(make('small', {}, ` ${this.words.setUp.replace('{amount}', money(now.set_up, this.language))}`));
    if (plan.trial_days) parts.push(make('small', {}, ` ${this.words.trial.replace('{count}', plan.trial_days)}`));
    return make('span', { className: 'comptoir-price' }, ...parts);
  }

  link(plan, price) {
    const link = make('a', { className: 'comptoir-order', href: orderLink(this.site, plan, price, this.language) }, this.words.order);
    link.setAttribute('aria-label', `${this.words.order}: ${this.say(plan.name)}, ${period(price.cycle, this.language)}`);
    return link;
  }

  list(offers) {
    const entry = ({ plan, prices }) => make('li', { className: 'comptoir-plan' },
      make('strong', {}, this.say(plan.name)), make('p', {}, this.say(plan.summary)),
      ...prices.map((price) => make('p', {}, this.price(plan, price), ' ', this.link(plan, price))));
    return make('ul', { className: 'comptoir-plans' }, ...offers.map(entry));
  }

  table(offers) {
    const head = [this.words.plan, this.words.price, this.words.order].map((text) => make('th', { scope: 'col' }, text));
    const row = (plan, price) => make('tr', { className: 'comptoir-plan' },
      make('th', { scope: 'row' }, this.say(plan.name)), make('td', {}, this.price(plan, price)), make('td', {}, this.link(plan, price)));
    const rows = offers.flatMap(({ plan, prices }) => prices.map((price) => row(plan, price)));
    return make('table', { className: 'comptoir-plans' }, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows));
  }

  dropDown(offers) {
    const option = (plan, price) => {
      const now = price.offer ?? price;
      const text = `${this.say(plan.name)}: ${money(now.recurring, this.language)} / ${period(price.cycle, this.language)}`;
      return make('option', { value: orderLink(this.site, plan, price, this.language) }, text);
    };
    const choice = make('select', {}, ...offers.flatMap(({ plan, prices }) => prices.map((price) => option(plan, price))));
    const form = make('form', { className: 'comptoir-plans' }, make('label', {}, this.words.choose, ' ', choice), ' ',
      make('button', { className: 'comptoir-order' }, this.words.order));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      location.assign(choice.value);
    });
    return form;
  }
}

if (!customElements.get('comptoir-catalog')) customElements.define('comptoir-catalog', ComptoirCatalog);
