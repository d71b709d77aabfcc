//! Style sheet, script and pictures under names that hold a hash of their content, so that they can be cached for ever.

use crate::{colour::Colour, shop::StorefrontError, site::StoreSite};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

const STYLE: &str = include_str!("../assets/store.css");
const SCRIPT: &str = include_str!("../assets/store.js");
const ICON: &str = include_str!("../assets/icon.svg");

/// The themes we ship.
pub(crate) const THEMES: &[(&str, &str)] = &[
    ("light", include_str!("../themes/light.css")),
    ("warm", include_str!("../themes/warm.css")),
    ("dark", include_str!("../themes/dark.css")),
];

/// Files by their plain name.
#[derive(Debug)]
pub(crate) struct Assets {
    base_path: String,
    files: BTreeMap<String, Asset>,
}

#[derive(Debug)]
struct Asset {
    hashed: String,
    bytes: Vec<u8>,
}

impl Assets {
    /// Ours, and every file of `assets/` in the seller's folder. Its `own.css` ends the style sheet, outside all
    /// layers, and therefore wins over each of our rules.
    pub(crate) fn load(site: &StoreSite, overrides: Option<&Path>) -> Result<Self, StorefrontError> {
        let mut assets = Self { base_path: site.store.base_path.clone(), files: BTreeMap::new() };
        assets.add("store.js", script().into_bytes());
        assets.add("icon.svg", ICON.into());
        let mut own = String::new();
        for (name, bytes) in overrides.map_or(Ok(Vec::new()), |folder| files_of(&folder.join("assets")))? {
            match name.as_str() {
                "own.css" => own = String::from_utf8_lossy(&bytes).into_owned(),
                _ => assets.add(&name, bytes),
            }
        }
        let style = [compact(STYLE), theme(site, overrides)?, colours(site), cycles(site), own].join("\n");
        assets.add("store.css", style.into_bytes());
        Ok(assets)
    }

    fn add(&mut self, name: &str, bytes: Vec<u8>) {
        let digest = hex(&Sha256::digest(&bytes));
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let hashed = format!("assets/{stem}-{}.{end}", digest.get(..12).unwrap_or(&digest));
        self.files.insert(name.to_string(), Asset { hashed, bytes });
    }

    /// Plain name and address of each file.
    pub(crate) fn paths(&self) -> impl Iterator<Item = (String, String)> {
        self.files.iter().map(|(name, asset)| (name.clone(), format!("{}{}", self.base_path, asset.hashed)))
    }

    /// Where each file is written, and its content.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.values().map(|asset| (asset.hashed.as_str(), asset.bytes.as_slice()))
    }
}

/// Our own style sheets without comments, indentation and the blanks around punctuation.
fn compact(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    for (at, part) in css.split("/*").enumerate() {
        let rules = if at == 0 { part } else { part.split_once("*/").map_or("", |(_, rules)| rules) };
        rules.lines().for_each(|line| out.push_str(line.trim()));
    }
    [(" {", "{"), ("{ ", "{"), (" }", "}"), ("; ", ";"), (": ", ":"), (", ", ","), (";}", "}")]
        .iter()
        .fold(out, |css, (long, short)| css.replace(long, short))
}

/// Our script without indentation and comments, which stand on lines of their own there.
fn script() -> String {
    let lines = SCRIPT.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.starts_with("/**"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Plain files of a folder, sorted by name; none if there is no folder.
fn files_of(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, StorefrontError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StorefrontError::file(folder, error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| StorefrontError::file(folder, error))?.path();
        if let (true, Some(name)) = (path.is_file(), path.file_name().and_then(|name| name.to_str())) {
            let bytes = std::fs::read(&path).map_err(|error| StorefrontError::file(&path, error))?;
            files.push((name.to_string(), bytes));
        }
    }
    files.sort();
    Ok(files)
}

fn theme(site: &StoreSite, overrides: Option<&Path>) -> Result<String, StorefrontError> {
    let name = site.store.theme.as_str();
    if let Some(path) = overrides.map(|folder| folder.join("themes").join(format!("{name}.css"))) {
        match std::fs::read_to_string(&path) {
            Ok(css) => return Ok(css),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(StorefrontError::file(&path, error)),
        }
    }
    let shipped = THEMES.iter().find(|(known, _)| *known == name).map(|(_, css)| compact(css));
    shipped.ok_or_else(|| StorefrontError::UnknownTheme(name.to_string()))
}

/// Own colours as custom properties; what is written on the accent is chosen to be readable.
fn colours(site: &StoreSite) -> String {
    let parsed = site.store.colours.iter().filter_map(|(name, text)| Some((name, text.parse::<Colour>().ok()?)));
    let line = |(name, colour): (&String, Colour)| match name.as_str() {
        "accent" => format!("--accent:{colour};--accent-hover:{colour};--on-accent:{};", colour.ink()),
        _ => format!("--{name}:{colour};"),
    };
    let lines: String = parsed.map(line).collect();
    if lines.is_empty() { lines } else { format!("@layer theme{{:root{{{lines}}}}}") }
}

/// Without script the add-on prices of the chosen cycle alone are shown: one rule per cycle of this store.
fn cycles(site: &StoreSite) -> String {
    let cycles: BTreeSet<_> = site.plans.iter().flat_map(|plan| &plan.prices).map(|price| price.cycle).collect();
    let rule = |cycle| {
        format!(
            "form:has([name=cycle][value='{cycle}']:checked) [data-cycle]:not([data-cycle='{cycle}']){{display:none}}\n"
        )
    };
    let rules: String = cycles.into_iter().map(rule).collect();
    format!("@layer store{{{rules}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `script` takes for granted: no comment and no text goes over several lines.
    #[test]
    fn the_script_is_written_line_by_line() {
        for line in SCRIPT.lines().map(str::trim) {
            assert!(!line.starts_with('*') && line.starts_with("/*") == line.ends_with("*/"), "{line}");
            assert_eq!(line.matches('`').count() % 2, 0, "{line}");
        }
    }

    #[test]
    fn compact_keeps_the_meaning() {
        let css = "/* a */\n@media (min-width: 1rem) {\n  a b, a :focus { color: red; margin: 0 1px; }\n}\n/* b */ i { top: 0; }";
        assert_eq!(compact(css), "@media (min-width:1rem){a b,a :focus{color:red;margin:0 1px}}i{top:0}");
    }
}
