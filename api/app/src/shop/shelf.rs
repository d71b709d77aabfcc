//! The stores that are ready to be visited: templates loaded, catalogue written as static files. A store is looked at
//! again when something has happened at its seller's, when a day has begun (prices have dates), or when another process
//! has written its files; it is made anew only if its catalogue really differs.

use crate::kernel::call::Ctx;
use crate::kernel::{ApiError, AppState};
use crate::stores::site::read;
use actix_web::web;
use chrono::NaiveDate;
use comptoir_db::sellers::{self, SellerRow};
use comptoir_db::stores::{self, StoreRow};
use comptoir_db::{Db, Outcome, Scope, activities};
use comptoir_domain::{ActivityId, Code, Problem, SellerId, StoreId};
use comptoir_storefront::{Built, Shop, StoreSite, StorefrontError};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A store that can be visited.
pub struct Standing {
    /// Makes its pages.
    pub shop: Shop,
    /// Where its static files are.
    pub folder: PathBuf,
}

/// What a store depended on when it was looked at.
#[derive(Clone, PartialEq, Eq)]
struct Stamp {
    /// The last thing that happened at the seller's.
    latest: Option<ActivityId>,
    today: NaiveDate,
    /// Which files are served.
    release: Option<PathBuf>,
}

/// All of them.
pub struct Shelf {
    folder: PathBuf,
    known: Mutex<HashMap<StoreId, (Stamp, Arc<Standing>)>>,
    /// Files of a store are written by one at a time.
    writing: tokio::sync::Mutex<()>,
}

impl Shelf {
    /// With the files in a folder: `sites/{seller}/{store}` is ours to write, `own/{seller}/{store}` the seller's to put
    /// templates, themes, texts and pictures into.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), known: Mutex::default(), writing: tokio::sync::Mutex::default() }
    }

    /// The store with a code of the seller with a code, ready to be visited.
    pub async fn standing(
        self: &Arc<Self>,
        state: &web::Data<AppState>,
        seller: String,
        store: String,
    ) -> Result<(SellerRow, StoreRow, Arc<Standing>), ApiError> {
        let (shelf, house) = (Arc::clone(self), state.clone());
        let look = move |db: &mut Db| {
            let seller = sellers::by_code(db, &seller)?.ok_or_else(Problem::not_found)?;
            let store = stores::by_code(db, Scope::of(seller.id), &store)?.ok_or_else(Problem::not_found)?;
            let (stamp, seen) = shelf.look(db, &house, &seller, &store)?;
            Ok((seller, store, stamp, seen))
        };
        let (seller, store, stamp, seen) = state.store.read(look).await?;
        let standing = match seen {
            Seen::Known(standing) => standing,
            Seen::Other(site) => self.write(&seller, &store, *site, stamp).await?.0,
        };
        Ok((seller, store, standing))
    }

    /// Makes a store anew, whatever is known of it.
    pub async fn build(
        self: &Arc<Self>,
        state: &AppState,
        seller: SellerId,
        store: StoreId,
    ) -> Result<Built, ApiError> {
        let public_url = state.settings.public_url.clone();
        let now = state.now();
        let shelf = Arc::clone(self);
        let look = move |db: &mut Db| {
            let scope = Scope::of(seller);
            let (seller, store) = (sellers::own(db, scope)?, stores::find(db, scope, store)?);
            let ctx = Ctx::system_at(now, &seller, "store");
            let stamp = shelf.stamp(db, &ctx, &shelf.site_folder(&seller, &store))?;
            let site = read(db, &ctx, &seller, &store, &public_url)?;
            Ok((seller, store, stamp, site))
        };
        let (seller, store, stamp, site) = state.store.read(look).await?;
        let (_, built) = self.write(&seller, &store, site, stamp).await?;
        Ok(built)
    }

    /// Whether the store is as it is known, and if not, how it is.
    fn look(&self, db: &mut Db, state: &AppState, seller: &SellerRow, store: &StoreRow) -> Outcome<(Stamp, Seen)> {
        let ctx = Ctx::system(state, seller, "store");
        let stamp = self.stamp(db, &ctx, &self.site_folder(seller, store))?;
        let known = self.lock().get(&store.id).cloned();
        if let Some((_, standing)) = known.as_ref().filter(|(seen, _)| *seen == stamp) {
            return Ok((stamp, Seen::Known(Arc::clone(standing))));
        }
        let site = read(db, &ctx, seller, store, &state.settings.public_url)?;
        let same = |(seen, standing): &&(Stamp, Arc<Standing>)| {
            seen.release == stamp.release && stamp.release.is_some() && *standing.shop.site() == site
        };
        if let Some((_, standing)) = known.as_ref().filter(same) {
            self.lock().insert(store.id, (stamp.clone(), Arc::clone(standing)));
            return Ok((stamp, Seen::Known(Arc::clone(standing))));
        }
        Ok((stamp, Seen::Other(Box::new(site))))
    }

    fn stamp(&self, db: &mut Db, ctx: &Ctx, folder: &Path) -> Outcome<Stamp> {
        let release = std::fs::read_link(folder).ok();
        Ok(Stamp { latest: activities::latest(db, ctx.scope)?, today: ctx.today(), release })
    }

    async fn write(
        &self,
        seller: &SellerRow,
        store: &StoreRow,
        site: StoreSite,
        stamp: Stamp,
    ) -> Result<(Arc<Standing>, Built), ApiError> {
        let folder = self.site_folder(seller, store);
        let own = self.folder.join("own").join(&seller.code).join(&store.code);
        let turn = self.writing.lock().await;
        let made = tokio::task::spawn_blocking(move || make(site, &own, folder)).await;
        drop(turn);
        let made = made.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        let (standing, built) = made.map_err(|error| explain(&error))?;
        let standing = Arc::new(standing);
        let release = std::fs::read_link(&standing.folder).ok();
        self.lock().insert(store.id, (Stamp { release, ..stamp }, Arc::clone(&standing)));
        Ok((standing, built))
    }

    fn site_folder(&self, seller: &SellerRow, store: &StoreRow) -> PathBuf {
        self.folder.join("sites").join(&seller.code).join(&store.code)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<StoreId, (Stamp, Arc<Standing>)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Seen {
    Known(Arc<Standing>),
    Other(Box<StoreSite>),
}

fn make(site: StoreSite, own: &Path, folder: PathBuf) -> Result<(Standing, Built), StorefrontError> {
    let shop = Shop::new(site, Some(own).filter(|own| own.is_dir()))?;
    let built = shop.build(&folder)?;
    Ok((Standing { shop, folder }, built))
}

/// A seller's own template that is wrong is told to the seller, everything else is ours to mend.
fn explain(error: &StorefrontError) -> Problem {
    match error {
        StorefrontError::Template(_) | StorefrontError::UnknownTheme(_) => {
            Problem::new(Code::Conflict, format!("the store's own files are wrong: {error}"))
        }
        _ => {
            tracing::error!(%error, "a store could not be made");
            Problem::new(Code::Internal, "the store could not be made")
        }
    }
}
