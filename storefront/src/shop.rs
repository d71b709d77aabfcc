//! A store ready to make pages: site, texts, templates and assets, loaded once.

use crate::{
    assets::Assets,
    pages::{Audience, Page},
    security,
    site::StoreSite,
    templates,
    texts::Texts,
};
use comptoir_domain::{Locale, Problem};
use minijinja::{Environment, context, value::Serde, value::Value};
use std::path::{Path, PathBuf};

/// Why pages could not be made.
#[derive(Debug, thiserror::Error)]
pub enum StorefrontError {
    /// The site itself is wrong.
    #[error(transparent)]
    Site(#[from] Problem),
    /// A template is wrong, most likely one of the seller's.
    #[error("{0}")]
    Template(#[from] minijinja::Error),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No theme of this name, neither ours nor in the seller's folder.
    #[error("there is no theme called {0}")]
    UnknownTheme(String),
}

impl StorefrontError {
    pub(crate) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_path_buf(), source }
    }
}

/// A language of the store and its templates.
struct Edition {
    locale: Locale,
    templates: Environment<'static>,
    texts: Texts,
}

/// A store that can be asked for pages.
pub struct Shop {
    pub(crate) site: StoreSite,
    pub(crate) assets: Assets,
    editions: Vec<Edition>,
}

impl Shop {
    /// Checks the site and loads everything. `overrides` is the seller's folder: `templates/`, `themes/`, `locales/`
    /// and `assets/`, each optional, each file in place of ours.
    pub fn new(site: StoreSite, overrides: Option<&Path>) -> Result<Self, StorefrontError> {
        site.check()?;
        let assets = Assets::load(&site, overrides)?;
        let shown = Value::from(Serde(&site));
        let mut editions = Vec::new();
        for &locale in &site.store.locales {
            let texts = Texts::load(locale, overrides)?;
            let mut templates = templates::environment(locale, site.store.locale, &texts, &assets, overrides);
            templates.add_global("site", shown.clone());
            templates.add_global("store", shown.get_attr("store")?);
            templates.add_global("lang", locale.as_str());
            templates.add_global("base", site.store.base_path.clone());
            templates.add_global("home", home(&site, locale));
            templates.add_global("policy", security::static_policy());
            editions.push(Edition { locale, templates, texts });
        }
        Ok(Self { site, assets, editions })
    }

    /// What the store offers.
    pub fn site(&self) -> &StoreSite {
        &self.site
    }

    /// One page in a locale of the store; in the default one if the store does not speak it.
    pub fn render<P: Page>(&self, locale: Locale, page: &P) -> Result<String, StorefrontError> {
        let spoken = |wanted: Locale| self.editions.iter().find(|edition| edition.locale == wanted);
        let Some(edition) = spoken(locale).or_else(|| spoken(self.site.store.locale)) else {
            return Err(Problem::not_found().into());
        };
        let path = page.path();
        let language = |edition: &Edition| {
            let same = edition.locale == locale;
            context! {
                locale => edition.locale.as_str(),
                language => edition.locale.language(),
                name => self.endonym(edition.locale),
                href => format!("{}{path}", home(&self.site, edition.locale)),
                here => same,
            }
        };
        let languages: Vec<Value> = self.editions.iter().map(language).collect();
        let context = context! {
            page => Value::from(Serde(page)),
            here => path.as_str(),
            canonical => self.address(edition.locale, &path),
            languages => languages,
            everyone => page.audience() == Audience::Everyone,
            data => page.structured_data(self, edition.locale).map(Value::from_safe_string),
        };
        Ok(edition.templates.get_template(P::TEMPLATE)?.render(context)?)
    }

    /// A text of a locale with `{name}` replaced, for what is put together outside of the templates; empty for a key that
    /// does not exist.
    pub fn text(&self, locale: Locale, key: &str, parts: &[(&str, String)]) -> String {
        let edition = self.editions.iter().find(|edition| edition.locale == locale).or_else(|| self.editions.first());
        edition.and_then(|edition| edition.texts.get(key, None, parts)).unwrap_or_default()
    }

    /// `Français`, or `Français (CA)` where the store speaks two kinds of it.
    fn endonym(&self, locale: Locale) -> String {
        let known = ENDONYMS.iter().find(|(code, _)| *code == locale.language());
        let name = known.map_or(locale.language(), |(_, name)| *name);
        let kinds = self.editions.iter().filter(|edition| edition.locale.language() == locale.language()).count();
        match locale.territory() {
            Some(territory) if kinds > 1 => format!("{name} ({territory})"),
            _ => name.to_string(),
        }
    }

    /// The full address of a page.
    pub(crate) fn address(&self, locale: Locale, path: &str) -> String {
        format!("{}{}{path}", self.site.store.origin, home(&self.site, locale))
    }
}

/// Languages by the name their speakers give them.
const ENDONYMS: &[(&str, &str)] = &[
    ("cs", "Čeština"),
    ("de", "Deutsch"),
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ru", "Русский"),
    ("sv", "Svenska"),
    ("uk", "Українська"),
];

/// Where a language begins: `/shop/fr-FR/`.
fn home(site: &StoreSite, locale: Locale) -> String {
    format!("{}{locale}/", site.store.base_path)
}
