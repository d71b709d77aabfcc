/*
 * <comptoir-domain-search>: asks for a domain name on any web site and takes the visitor to the store's answers.
 *
 *   <script type="module" src="https://shop.example.com/widgets/comptoir-domain-search.js"></script>
 *   <comptoir-domain-search api="https://shop.example.com" key="pk_…" lang="en-US">
 *     <a href="https://shop.example.com/en-US/domains/">Find a domain name</a>
 *   </comptoir-domain-search>
 *
 * api     where GET {api}/v1/store/catalog answers; it must allow this site's origin (CORS)
 * key     the store's publishable key
 * lang    language of the texts; without it that of the page, then the store's own
 * target  "_blank" to answer in a new tab
 *
 * A plain form in the light DOM: it is sent to the store by GET, so the name stands in the address and nothing is stored here.
 * The catalogue gives the store's address and the prices shown below the field. What stands inside the element is shown until
 * then, and stays if the store cannot be reached. Hooks for styles: comptoir-search, comptoir-tlds, comptoir-taxes.
 * A site with a Content-Security-Policy needs script-src, connect-src and form-action for the store.
 */

const WORDS = {
  en: { label: 'Find your domain name', submit: 'Search', prices: 'Domain prices', before: 'Before:', taxes: { net: 'Prices exclude taxes.', gross: 'Prices include taxes.' } },
  fr: { label: 'Trouvez votre nom de domaine', submit: 'Rechercher', prices: 'Prix des domaines', before: 'Avant :', taxes: { net: 'Prix hors taxes.', gross: 'Prix toutes taxes comprises.' } },
};

/** An element with properties and children; texts are always text, never markup. */
function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** Where the store answers a search in the nearest language it speaks. */
export function searchAddress(site, lang) {
  const { origin, base_path: base, locale, locales } = site.store;
  const spoken = locales.find((known) => known === lang)
    ?? locales.find((known) => known.split('-')[0] === lang.split('-')[0]) ?? locale;
  return `${origin}${base}${spoken}/domains/search`;
}

let count = 0;

class ComptoirDomainSearch extends HTMLElement {
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
      console.warn('comptoir-domain-search:', error.message); // what was inside stays
    }
  }

  show(site) {
    if (!site.domains) return;
    const lang = this.getAttribute('lang') || document.documentElement.lang || site.store.locale;
    const words = WORDS[lang.split('-')[0]] ?? WORDS.en;
    const id = `comptoir-domain-${(count += 1)}`;
    const field = make('input', {
      id, name: 'name', type: 'text', required: true, maxLength: 253, inputMode: 'url', autocapitalize: 'none',
      autocomplete: 'off', spellcheck: false, placeholder: `example.${site.domains.tlds[0]?.tld ?? 'com'}`,
    });
    const form = make('form', { className: 'comptoir-search', method: 'get', action: searchAddress(site, lang) },
      make('label', { htmlFor: id }, words.label), ' ', field, ' ',
      make('input', { type: 'hidden', name: 'want', value: 'register' }), make('button', {}, words.submit));
    form.setAttribute('role', 'search');
    if (this.getAttribute('target')) form.target = this.getAttribute('target');
    const price = ({ amount, currency }) => new Intl.NumberFormat(lang, { style: 'currency', currency }).format(amount);
    const sold = site.domains.tlds.filter(({ register }) => register); // others can only be moved
    const lower = (register, offer) => offer && offer.register.amount !== register.amount;
    const tlds = sold.slice(0, 5).map(({ tld, register, offer }) => make('li', {}, `.${tld} `,
      ...(lower(register, offer) ? [make('s', { title: words.before }, price(register)), ` ${price(offer.register)}`] : [price(register)])));
    const list = make('ul', { className: 'comptoir-tlds' }, ...tlds);
    list.setAttribute('aria-label', words.prices);
    const taxes = make('p', { className: 'comptoir-taxes' }, words.taxes[site.store.price_basis] ?? '');
    this.replaceChildren(form, ...(tlds.length ? [list, taxes] : []));
  }
}

if (!customElements.get('comptoir-domain-search')) customElements.define('comptoir-domain-search', ComptoirDomainSearch);
