//! A registrar for demonstrations and tests: it takes a few endings, and registers nothing.

use super::{Ending, Registrar};
use crate::error::Result;
use async_trait::async_trait;

/// Takes [`FakeRegistrar::ENDINGS`].
#[derive(Clone, Copy, Debug, Default)]
pub struct FakeRegistrar;

impl FakeRegistrar {
    /// The endings, and whether names can move to it. `.de` stands for those that cannot be moved here; `example` and `test`
    /// are kept free of real names (RFC 2606).
    pub const ENDINGS: &'static [(&'static str, bool)] = &[
        ("com", true),
        ("net", true),
        ("org", true),
        ("eu", true),
        ("fr", true),
        ("de", false),
        ("co.uk", true),
        ("example", true),
        ("test", false),
    ];
}

#[async_trait]
impl Registrar for FakeRegistrar {
    async fn endings(&self) -> Result<Vec<Ending>> {
        Ok(Self::ENDINGS
            .iter()
            .map(|(name, transfers)| Ending { name: (*name).into(), transfers: *transfers })
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_says_what_it_takes() {
        let endings = FakeRegistrar.endings().await.unwrap();
        let moves = |name: &str| endings.iter().find(|ending| ending.name == name).map(|ending| ending.transfers);
        assert_eq!((moves("com"), moves("de"), moves("xyz")), (Some(true), Some(false), None));
    }
}
