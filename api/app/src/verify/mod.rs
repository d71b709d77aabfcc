//! Whether what is stored can be true: a table of checks, each of which reads with a query or two and asks a pure rule
//! (design, section 5). Nothing is changed.

mod billing;
mod due;
mod money;
mod report;
pub mod run;
mod schet_facturas;
mod start;

use crate::kernel::routes::Routes;
use chrono::NaiveDate;
use comptoir_db::{Db, Outcome, Scope};
use comptoir_domain::verify::Finding;

/// The routes.
pub fn routes(config: &mut Routes) {
    config.service(report::verify_house).service(start::start_verification);
}

/// What a check has looked at, and found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checked {
    /// How many things.
    pub count: usize,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// One check.
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What holds if it finds nothing.
    pub title: &'static str,
    look: Look,
}

/// What a check depends on besides the rows.
enum Look {
    Always(fn(&mut Db, Scope) -> Outcome<Checked>),
    On(fn(&mut Db, Scope, NaiveDate) -> Outcome<Checked>),
}

impl Check {
    /// Looks at everything of a seller, for whom it is this day.
    pub fn run(&self, db: &mut Db, scope: Scope, today: NaiveDate) -> Outcome<Checked> {
        match self.look {
            Look::Always(look) => look(db, scope),
            Look::On(look) => look(db, scope, today),
        }
    }
}

const fn check(name: &'static str, title: &'static str, run: fn(&mut Db, Scope) -> Outcome<Checked>) -> Check {
    Check { name, title, look: Look::Always(run) }
}

/// All checks.
pub const CHECKS: &[Check] = &[
    check("periods", "Periods follow each other without gap or overlap", billing::periods),
    check("billed", "Subscriptions are billed as far as they say", billing::billed),
    Check {
        name: "due",
        title: "What is due is charged, and what is charged is due",
        look: Look::On(due::open_periods),
    },
    check("traces", "Traces of lines add up again", billing::traces),
    check("sums", "Lines sum to their documents", billing::sums),
    check("documents", "Issued documents are what was issued", billing::documents),
    check("chain", "The chain of documents is whole", billing::chain),
    check("numbers", "Numbers have no gaps, and dates never go back", billing::numbers),
    check("entries", "Every entry of the books books something", money::entries),
    check("booked_documents", "The books say what the documents say", money::booked_documents),
    check("booked_payments", "The books say what was paid and given back", money::booked_payments),
    check("booked_credits", "The books say what clients have to their credit", money::booked_credits),
    check("booked_templates", "The books say what plans bring along", money::booked_templates),
    check("open", "What is open is what was not paid or credited", money::open),
    check("credits", "Balances of credit follow from their movements", money::credits),
    check("coupons", "Coupons are used as often as they say, and as they may", money::coupons),
    check("overuse", "Charged overuse was recorded, and is on invoices", billing::overuse),
    check("statuses", "Subscriptions stand where their last change of status has led", billing::statuses),
    check("transfers", "What went to another client is paid by one of the two", billing::transfers),
    check("certificates", "Schet-facturas are what was written, without gap", schet_facturas::certificates),
    check("documented", "Schet-facturas certify no more than was charged", schet_facturas::documented),
    check("services", "Settled services are what they should be", billing::services),
];
