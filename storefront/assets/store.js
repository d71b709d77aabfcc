// Makes the pages quicker to use. All of them work without it: forms are sent, links lead on.
// Custom elements in the light DOM, no dependencies, nothing from elsewhere.

/** Live total of an order form: adds up the minor units written next to each price. */
class StoreOrder extends HTMLElement {
  connectedCallback() {
    this.form = this.closest('form');
    const digits = Number(this.dataset.digits);
    const format = new Intl.NumberFormat(document.documentElement.lang, { style: 'currency', currency: this.dataset.currency });
    this.show = (minor) => format.format(Number(minor) / 10 ** digits);
    this.form.addEventListener('change', () => this.update());
    this.update();
  }

  update() {
    const cycle = this.form.querySelector('[name=cycle]:checked');
    if (!cycle) return;
    let now = BigInt(cycle.dataset.now);
    let then = BigInt(cycle.dataset.then);
    for (const box of this.form.querySelectorAll('[name=add_on]')) {
      const price = box.closest('label').querySelector(`[data-cycle="${cycle.value}"]`);
      const offered = price?.dataset.then !== undefined;
      box.disabled = !offered;
      if (offered && box.checked) {
        now += BigInt(price.dataset.now);
        then += BigInt(price.dataset.then);
      }
    }
    this.querySelector('[data-sum=now]').textContent = this.show(now);
    this.querySelector('[data-sum=then]').textContent = this.show(then);
    this.querySelector('[data-sum=per]').textContent = cycle.dataset.per;
    this.querySelector('.sum').hidden = false;
  }
}

/** Domain search in place: asks for the page the form leads to and takes its results over. */
class StoreSearch extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector('form');
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const address = new URL(form.action);
      address.search = new URLSearchParams(new FormData(form));
      this.load(address);
    });
  }

  async load(address) {
    const results = this.querySelector('#results');
    this.running?.abort();
    this.running = new AbortController();
    results.textContent = results.dataset.waiting;
    results.setAttribute('aria-busy', 'true');
    try {
      const answer = await fetch(address, { signal: this.running.signal });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const found = page.querySelector('#results');
      if (!found?.children.length) return location.assign(address);
      results.replaceChildren(...found.children);
      history.replaceState(null, '', address);
    } catch (error) {
      if (error.name === 'AbortError') return;
      results.textContent = results.dataset.failed;
    }
    results.removeAttribute('aria-busy');
  }
}

/** Number of lines in the cart, read from the cookie the server keeps for this purpose. */
class StoreCartCount extends HTMLElement {
  connectedCallback() {
    this.update();
    addEventListener('pageshow', () => this.update());
  }

  update() {
    const count = Number(/(?:^|; )cart_items=(\d+)/.exec(document.cookie)?.[1] ?? 0);
    this.textContent = count || '';
    const words = (count === 1 ? this.dataset.one : this.dataset.other).replace('#', count);
    const said = Object.assign(document.createElement('span'), { className: 'hidden', textContent: ` (${words})` });
    if (count) this.append(said);
  }
}

customElements.define('store-order', StoreOrder);
customElements.define('store-search', StoreSearch);
customElements.define('store-cart-count', StoreCartCount);

// a menu closes when one leaves it
addEventListener('click', ({ target }) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(target)) menu.open = false;
});
addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') for (const menu of document.querySelectorAll('details.menu[open]')) menu.open = false;
});

// The way to the page of a gateway: one need not press the button.
const leave = document.querySelector('[data-leave]');
if (leave) leave.tagName === 'FORM' ? leave.submit() : location.replace(leave.href);
