//! The catalogue as static files: home, plans, domains, legal texts, one folder per language.

use crate::{
    outline,
    pages::{DomainsPage, HomePage, LegalPage, MessageKind, MessagePage, PlanPage},
    release::Release,
    shop::{Shop, StorefrontError},
};
use comptoir_domain::Locale;
use std::path::Path;

/// What a build did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Built {
    /// Files that are new or differ.
    pub written: usize,
    /// Files left as they were.
    pub kept: usize,
}

impl Shop {
    /// Writes the static part of the store. `out` becomes a link that switches to the new files at once.
    pub fn build(&self, out: &Path) -> Result<Built, StorefrontError> {
        let mut release = Release::begin(out)?;
        for (path, bytes) in self.assets.files() {
            release.put(path, bytes)?;
        }
        for &locale in &self.site.store.locales {
            self.build_language(&mut release, locale)?;
        }
        let default = self.site.store.locale;
        release.put("index.html", self.render(default, &HomePage {})?.as_bytes())?;
        release.put("404.html", self.render(default, &MessagePage::new(MessageKind::NotFound))?.as_bytes())?;
        release.put("sitemap.xml", outline::sitemap(self).as_bytes())?;
        release.put("robots.txt", outline::robots(self).as_bytes())?;
        release.commit()
    }

    fn build_language(&self, release: &mut Release, locale: Locale) -> Result<(), StorefrontError> {
        let mut put = |path: &str, page: String| release.put(&format!("{locale}/{path}"), page.as_bytes());
        put("index.html", self.render(locale, &HomePage {})?)?;
        put("404.html", self.render(locale, &MessagePage::new(MessageKind::NotFound))?)?;
        for plan in &self.site.plans {
            let page = PlanPage { plan, groups: self.site.offered_groups_of(plan) };
            put(&format!("plans/{}/index.html", plan.slug), self.render(locale, &page)?)?;
        }
        if self.site.domains.is_some() {
            put("domains/index.html", self.render(locale, &DomainsPage::default())?)?;
        }
        for text in &self.site.store.legal {
            put(&format!("legal/{}/index.html", text.slug), self.render(locale, &LegalPage { text })?)?;
        }
        Ok(())
    }
}
