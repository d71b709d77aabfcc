//! `comptoir user create`: the first administrator of a seller that has none; on an empty database it opens the house.

use crate::config::{Config, Failed};
use clap::{Args, Subcommand};
use comptoir_app::Clock;
use comptoir_app::addresses::Address;
use comptoir_app::kernel::passwords;
use comptoir_app::resellers::create::{Owner, SellerCreate, open, seller_row};
use comptoir_db::sellers;
use comptoir_domain::people::SellerKind;
use comptoir_domain::{Check, Country, Currency, Locale, TimeZone};
use std::io::Read;

/// Who can sign in.
#[derive(Subcommand)]
pub enum User {
    /// Open the house: create the provider and its first administrator. The password is read from standard input.
    Create(Create),
}

/// The provider and its owner.
#[derive(Args)]
pub struct Create {
    /// The address to sign in with
    #[arg(long)]
    email: String,
    /// The administrator's name
    #[arg(long)]
    name: String,
    /// The company that sells
    #[arg(long)]
    company: String,
    /// Its country
    #[arg(long, default_value = "US")]
    country: Country,
    /// The currency of its books
    #[arg(long, default_value = "USD")]
    currency: Currency,
    /// Its language
    #[arg(long, default_value = "en-US")]
    locale: Locale,
    /// The zone of its dates
    #[arg(long, default_value = "UTC")]
    time_zone: TimeZone,
}

impl User {
    /// Does what was asked.
    pub fn run(self, config: &Config) -> Result<(), Failed> {
        let User::Create(wanted) = self;
        let mut password = String::new();
        std::io::stdin().take(1024).read_to_string(&mut password)?;
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(wanted.open_house(config, password.trim_end_matches(['\r', '\n']).to_string()))
    }
}

impl Create {
    async fn open_house(self, config: &Config, password: String) -> Result<(), Failed> {
        let mut check = Check::new();
        check.password("/password", &password);
        check.done().map_err(|problem| told(&problem))?;
        let store = config.open_store()?;
        let hash = passwords::hash(password).await.map_err(|error| error.to_string())?;
        let owner = Owner { name: self.name, email: self.email.clone(), password: String::new() };
        let address = Address {
            line1: String::new(),
            line2: String::new(),
            city: String::new(),
            state: String::new(),
            county: String::new(),
            postal_code: String::new(),
            country: self.country,
        };
        let wanted = SellerCreate {
            code: "provider".into(),
            company: self.company,
            address,
            email: self.email,
            currency: self.currency,
            locale: self.locale,
            time_zone: self.time_zone,
        };
        let row = seller_row(&wanted, SellerKind::Provider, Clock::System.now());
        let written = store.write(move |tx| {
            if sellers::provider(tx)?.is_some() {
                return Ok(false);
            }
            open(tx, &row, &owner, hash.clone()).map(|()| true)
        });
        match written.await {
            Ok(true) => Ok(()),
            Ok(false) => Err("there is a provider already: sign in and create administrators over the API".into()),
            Err(failure) => Err(told(&failure.problem())),
        }
    }
}

fn told(problem: &comptoir_domain::Problem) -> Failed {
    let places: Vec<_> = problem.fields.iter().map(|field| format!("{}: {}", field.pointer, field.detail)).collect();
    if places.is_empty() { problem.detail.to_string().into() } else { places.join("; ").into() }
}
