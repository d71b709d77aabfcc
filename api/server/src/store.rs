//! `comptoir store`: the pages of stores, as static files.

use crate::config::{Config, Failed};
use crate::house::House;
use clap::Subcommand;
use comptoir_app::AppState;
use comptoir_db::{Scope, sellers, stores};
use comptoir_domain::Problem;

/// What can be done with the pages of stores.
#[derive(Subcommand)]
pub enum Store {
    /// Write the catalogue pages of a store; a running server takes them over.
    Build {
        /// The code of the seller.
        seller: String,
        /// The code of the store.
        store: String,
        #[command(flatten)]
        house: Box<House>,
    },
}

impl Store {
    /// Does it.
    pub fn run(self, config: &Config) -> Result<(), Failed> {
        let Self::Build { seller, store, house } = self;
        let state = AppState::new(config.open_store()?, &config.master_key()?, house.settings()?)?;
        actix_web::rt::System::new().block_on(build(&state, seller, store))
    }
}

async fn build(state: &AppState, seller: String, store: String) -> Result<(), Failed> {
    let found = state.store.read(move |db| {
        let seller = sellers::by_code(db, &seller)?.ok_or_else(Problem::not_found)?;
        let store = stores::by_code(db, Scope::of(seller.id), &store)?.ok_or_else(Problem::not_found)?;
        Ok((seller.id, store.id))
    });
    let (seller, store) = found.await?;
    let built = state.shelf.build(state, seller, store).await.map_err(|error| error.problem.detail.to_string())?;
    tracing::info!(written = built.written, kept = built.kept, "the store is built");
    Ok(())
}
