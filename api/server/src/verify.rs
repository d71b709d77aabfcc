//! `comptoir verify`: all checks for all sellers, or for one. Reads each seller in one consistent state, changes nothing,
//! and fails if anything is wrong.

use crate::config::{Config, Failed};
use chrono::NaiveDate;
use clap::Args;
use comptoir_app::Clock;
use comptoir_app::verify::{CHECKS, Checked};
use comptoir_db::sellers::{self, SellerRow};
use comptoir_db::{Db, Scope, Store};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;

/// What to check.
#[derive(Args)]
pub struct Verify {
    /// The code of one seller; without it all of them
    #[arg(long)]
    seller: Option<String>,
    /// As if it were this day, for what should have been invoiced by then: YYYY-MM-DD
    #[arg(long)]
    as_of: Option<NaiveDate>,
    /// So many findings of a check are printed at most
    #[arg(long, default_value_t = 20)]
    limit: usize,
}

impl Verify {
    /// Checks and prints.
    pub fn run(self, config: &Config) -> Result<(), Failed> {
        tokio::runtime::Runtime::new()?.block_on(self.check(config))
    }

    async fn check(self, config: &Config) -> Result<(), Failed> {
        let store = config.open_store()?;
        let wanted = self.seller.clone();
        let whose = store.read(move |db| match &wanted {
            Some(code) => sellers::by_code(db, code).map(|found| found.into_iter().collect()),
            None => sellers::all(db),
        });
        let whose: Vec<SellerRow> = whose.await?;
        if let (Some(code), true) = (&self.seller, whose.is_empty()) {
            return Err(format!("there is no seller {code}").into());
        }
        let steps = u64::try_from(whose.len() * CHECKS.len())?;
        // drawn on a terminal only
        let bar = ProgressBar::new(steps).with_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}")?);
        let (mut wrong, mut looked_at) = (0, 0);
        for seller in &whose {
            let today = self.as_of.unwrap_or_else(|| Clock::System.now().date_in(seller.time_zone));
            let checked = check_one(&store, seller, today, &bar).await?;
            looked_at += checked.iter().map(|checked| checked.count).sum::<usize>();
            wrong += checked.iter().map(|checked| checked.findings.len()).sum::<usize>();
            bar.suspend(|| self.print(seller, &checked))?;
        }
        bar.finish_and_clear();
        let sum = format!("{wrong} faults among {looked_at} things of {} sellers, {steps} checks", whose.len());
        if wrong > 0 {
            return Err(sum.into());
        }
        Ok(writeln!(std::io::stdout(), "{sum}")?)
    }

    fn print(&self, seller: &SellerRow, checked: &[Checked]) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{} ({})", seller.company, seller.code)?;
        for (check, checked) in CHECKS.iter().zip(checked) {
            let outcome = if checked.findings.is_empty() { "ok" } else { "WRONG" };
            writeln!(out, "  {outcome:<5} {:<16} {:>8}  {}", check.name, checked.count, check.title)?;
            for finding in checked.findings.iter().take(self.limit) {
                writeln!(out, "        {}: {}", finding.subject, finding.detail)?;
            }
            let more = checked.findings.len().saturating_sub(self.limit);
            if more > 0 {
                writeln!(out, "        and {more} more")?;
            }
        }
        Ok(())
    }
}

async fn check_one(
    store: &Store,
    seller: &SellerRow,
    today: NaiveDate,
    bar: &ProgressBar,
) -> Result<Vec<Checked>, Failed> {
    let (scope, bar) = (Scope::of(seller.id), bar.clone());
    let work = move |db: &mut Db| {
        let run = |check: &comptoir_app::verify::Check| {
            bar.set_message(check.name);
            let checked = check.run(db, scope, today);
            bar.inc(1);
            checked
        };
        CHECKS.iter().map(run).collect()
    };
    Ok(store.read(work).await?)
}
