//! Mail addresses to be thrown away, by their domains. The list is public domain; its head says where it is from.

use super::entry::with_parents;
use std::collections::HashSet;
use std::sync::LazyLock;

static DOMAINS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("../../data/disposable-mail-domains.txt").lines();
    lines.filter(|line| !line.starts_with('#') && !line.is_empty()).collect()
});

/// Whether a domain, in small letters, or one above it is on the list.
pub fn is_disposable(domain: &str) -> bool {
    with_parents(domain).any(|name| DOMAINS.contains(name))
}
