//! `comptoir demo`: a house with a year behind it, lived through by the API and the scheduler alone. The only shortcut is
//! the clock, which jumps from one due event to the next.

mod caller;
mod catalog;
mod year;

use crate::config::{Config, Failed};
use crate::serve::Serve;
use caller::Caller;
use catalog::{DemoSeller, Shelf, cast, furnish};
use chrono::TimeDelta;
use clap::Args;
use comptoir_app::kernel::passwords;
use comptoir_app::resellers::create::{Owner, SellerCreate, open, seller_row};
use comptoir_app::{AppState, Clock, GatewayRoute, Settings, VatRoute, http};
use comptoir_db::sellers;
use comptoir_domain::Instant;
use comptoir_domain::people::SellerKind;
use serde_json::json;
use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use year::Year;

/// Everyone's password in the demonstration.
pub const PASSWORD: &str = "demo password";

/// Options of the demonstration.
#[derive(Args)]
pub struct Demo {
    /// Where it lives: database, outbox, webspaces, the fake gateway's book
    #[arg(long, default_value = "var")]
    dir: PathBuf,
    /// Clients who come in the course of the year
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=5000))]
    clients: u16,
    /// Only fill it, do not serve it
    #[arg(long)]
    no_serve: bool,
    #[command(flatten)]
    serve: Serve,
}

impl Demo {
    /// Fills the folder unless it is filled, and serves it.
    pub fn run(self, config: Config) -> Result<(), Failed> {
        std::fs::create_dir_all(&self.dir)?;
        let (config, serve) = (config.in_folder(&self.dir), self.serve.in_folder(&self.dir).playing());
        let settings = serve.house.clone().settings()?;
        if is_empty(&config)? {
            fill(&config, settings, self.clients)?;
        }
        print_guide(&self.dir)?;
        if self.no_serve {
            return Ok(());
        }
        serve.run(&config)
    }
}

fn is_empty(config: &Config) -> Result<bool, Failed> {
    let store = config.open_store()?;
    Ok(tokio::runtime::Runtime::new()?.block_on(store.read(sellers::provider))?.is_none())
}

/// A year ago, at nine in the morning.
fn a_year_ago() -> Instant {
    let day = TimeDelta::days(1).num_seconds();
    let today = Clock::System.now().seconds() / day;
    Instant::from_micros(((today - 365) * day + 9 * 3600) * 1_000_000).unwrap_or(Instant::EPOCH)
}

fn fill(config: &Config, settings: Settings, clients: u16) -> Result<(), Failed> {
    // one caller does the work of a year
    let settings = Settings {
        requests_per_minute: u32::MAX,
        sign_ins_per_minute: u32::MAX,
        gateways: GatewayRoute::Real { local: true },
        vat_check: VatRoute::Fake,
        ..settings
    };
    let (business, machine) = (Clock::detached(a_year_ago()), Clock::detached(a_year_ago()));
    let state = AppState::new(config.open_store()?, &config.master_key()?, settings)?;
    let state = Arc::new(state.with_clocks(business, machine));
    let cast = cast()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let provider = cast.sellers.first().ok_or("the demonstration has no sellers")?;
    runtime.block_on(open_house(&state, provider))?;
    let url = serve_quietly(&state)?;
    let stranger = Caller::new(&url);
    let mut shelves = Vec::new();
    for seller in &cast.sellers {
        shelves.push(open_seller(&stranger, provider, seller)?);
    }
    Year { state: &state, runtime: &runtime, stranger: &stranger, cast: &cast, shelves: &shelves, clients }.live()
}

async fn open_house(state: &AppState, provider: &DemoSeller) -> Result<(), Failed> {
    let wanted: SellerCreate = serde_json::from_value(profile(provider))?;
    let email = format!("owner@{}.example", provider.code);
    let owner = Owner { name: "Olivia Northwind".into(), email, password: String::new() };
    let hash = passwords::hash(PASSWORD.into()).await.map_err(|error| error.to_string())?;
    let row = seller_row(&wanted, SellerKind::Provider, state.business.now());
    Ok(state.store.write(move |tx| open(tx, &row, &owner, hash.clone())).await?)
}

fn profile(seller: &DemoSeller) -> serde_json::Value {
    let zone = if seller.time_zone.is_empty() { "America/Los_Angeles" } else { &seller.time_zone };
    let company = if seller.company.is_empty() { &seller.store_name } else { &seller.company };
    json!({
        "code": seller.code, "company": company, "email": format!("hello@{}.example", seller.code),
        "currency": seller.currency, "locale": seller.locales.first(), "time_zone": zone,
        "address": {
            "line1": if seller.line1.is_empty() { "1 Harbor Way" } else { &seller.line1 }, "city": seller.city,
            "state": seller.state, "postal_code": seller.postal_code, "country": seller.country,
        },
    })
}

/// The seller's shelf: a reseller is a client of the provider first.
fn open_seller(stranger: &Caller, provider: &DemoSeller, seller: &DemoSeller) -> Result<Shelf, Failed> {
    if seller.code != provider.code {
        let house = stranger.sign_in(&provider.code, &format!("owner@{}.example", provider.code), PASSWORD)?;
        let email = format!("owner@{}.example", seller.code);
        let (first, last) = seller.owner.split_once(' ').unwrap_or((&seller.owner, ""));
        let profile = profile(seller);
        let contact = json!({ "first_name": first, "last_name": last, "email": email, "password": PASSWORD });
        let client = json!({ "kind": "company", "company": seller.company, "address": profile.pointer("/address"), "contact": contact });
        let client = house.post("/v1/clients", &client)?;
        let owner = json!({ "name": seller.owner, "email": email, "password": PASSWORD });
        house
            .post("/v1/resellers", &json!({ "client_id": client.pointer("/id"), "seller": profile, "owner": owner }))?;
    }
    let owner = stranger.sign_in(&seller.code, &format!("owner@{}.example", seller.code), PASSWORD)?;
    furnish(&owner, seller)
}

/// Answers the API on a port of its own for as long as the process lives.
fn serve_quietly(state: &Arc<AppState>) -> Result<String, Failed> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    let (state, (begun, waits)) = (Arc::clone(state), mpsc::channel());
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = http::serve(state, listener, 1);
            begun.send(()).ok();
            if let Ok(server) = server
                && let Err(error) = server.await
            {
                tracing::error!(%error, "the demonstration's server stopped");
            }
        });
    });
    waits.recv()?;
    Ok(url)
}

fn print_guide(dir: &std::path::Path) -> Result<(), Failed> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nThe demonstration lies in {}. Everyone's password is \"{PASSWORD}\".\n", dir.display())?;
    for seller in cast()?.sellers {
        let store = format!("http://127.0.0.1:8080/stores/{}/{}/", seller.code, seller.store);
        writeln!(out, "  {:<20} {store}", seller.store_name)?;
        writeln!(out, "  {:<20} seller \"{}\", owner@{}.example", "", seller.code, seller.code)?;
    }
    writeln!(out, "\n  The API              http://127.0.0.1:8080/docs/")?;
    writeln!(out, "  A card that is good  4242 4242 4242 4242, any date to come, any code")?;
    writeln!(out, "  One that declines    4000 0000 0000 0010\n")?;
    Ok(())
}
