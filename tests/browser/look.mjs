// A browser, and what is wrong with a page by itself: accessibility faults that axe finds, anything wider than its window,
// whatever the console has to complain about.

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(`${process.env.COMPTOIR_TOOLS ?? process.cwd()}/node_modules/`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Debian's Chromium, which calls nobody by itself. */
export const launch = () => chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** Where faults are gathered. */
export class Faults {
  found = [];

  add(where, what) {
    this.found.push(`${where}: ${what}`);
  }

  /** Hears what a page complains about; `but` is what it may. */
  hear(page, where, but = /^$/) {
    page.on('pageerror', (error) => this.add(where, error.message));
    page.on('console', (message) => message.type() === 'error' && !but.test(message.text()) && this.add(where, message.text()));
  }

  /** Looks at a page; without scripts axe cannot. */
  async inspect(page, where, scripted = true) {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth).catch(() => 0);
    if (wide > 0) this.add(where, `${wide} pixels too wide`);
    if (!scripted) return;
    await page.evaluate(axe);
    const { violations } = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), rules);
    for (const { id, help, nodes } of violations) this.add(where, `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ').slice(0, 300)}`);
  }

  /** Insists that elements read so. */
  async reads(page, where, selector, text) {
    // prices are written with spaces that do not break
    const found = (await page.locator(selector).allInnerTexts()).join(' | ').replace(/\s+/g, ' ');
    if (!found.includes(text)) this.add(where, `${page.url()}: ${selector} reads "${found}", not "${text}"`);
  }

  /** Says what was found, and ends the program. */
  end(allIsWell) {
    console.log(this.found.length ? this.found.join('\n') : allIsWell);
    process.exit(this.found.length ? 1 : 0);
  }
}
