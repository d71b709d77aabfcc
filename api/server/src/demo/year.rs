//! A year in which clients come, pay, forget to pay, and leave. What happens is drawn from a fixed sequence, so that every
//! demonstration tells the same story.

use crate::config::Failed;
use crate::demo::PASSWORD;
use crate::demo::caller::{Caller, text};
use crate::demo::catalog::{Cast, DemoSeller, Shelf};
use chrono::TimeDelta;
use comptoir_app::events::advance::advance;
use comptoir_app::{AppState, Clock};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::sync::Arc;

/// The cards of the fake gateway that clients of the demonstration have: good, and good only while the client is there.
const GOOD: &str = "4242424242424242";
const DRY: &str = "4000000000000127";

/// The year.
pub struct Year<'a> {
    pub state: &'a Arc<AppState>,
    pub runtime: &'a tokio::runtime::Runtime,
    pub stranger: &'a Caller,
    pub cast: &'a Cast,
    pub shelves: &'a [Shelf],
    pub clients: u16,
}

/// Someone who comes.
struct Guest<'a> {
    number: u64,
    first_name: &'a str,
    last_name: &'a str,
    trade: &'a str,
    seller: &'a DemoSeller,
    shelf: &'a Shelf,
}

impl Year<'_> {
    /// Lives through it, up to the present.
    pub fn live(&self) -> Result<(), Failed> {
        let begin = self.state.business.now();
        let whole = Clock::System.now().micros() - begin.micros();
        let bar = ProgressBar::new(self.clients.into());
        if let Ok(style) = ProgressStyle::with_template("a year of business {bar:40} {pos}/{len} clients, {elapsed}") {
            bar.set_style(style);
        }
        for number in 0..self.clients {
            let share = i64::from(number) * whole / i64::from(self.clients);
            self.runtime.block_on(advance(self.state, begin.plus(TimeDelta::microseconds(share))))?;
            self.come(u64::from(number))?;
            if number % 10 == 9 {
                self.tidy_up(u64::from(number))?;
            }
            bar.inc(1);
        }
        self.runtime.block_on(advance(self.state, Clock::System.now()))?;
        bar.finish();
        Ok(())
    }

    /// Someone orders, and pays or means to.
    fn come(&self, number: u64) -> Result<(), Failed> {
        let Some(guest) = self.guest(number) else { return Ok(()) };
        let shopper = self.stranger.with_token(&guest.shelf.key);
        let buyer = buyer(guest.seller);
        let quote = shopper.post("/v1/store/quotes", &json!({ "cart": guest.cart(), "buyer": buyer }))?;
        let by_transfer = number % 9 == 4;
        let gateway = if by_transfer { "transfer" } else { "fake" };
        let order = json!({
            "quote_token": text(&quote, "/token")?, "gateway": gateway, "accept_terms": true, "client": guest.client(&buyer),
        });
        let placed = shopper.post("/v1/store/orders", &order)?;
        if number % 17 == 11 {
            return Ok(()); // changed his mind at the till: the order expires
        }
        let invoice = text(&placed, "/order/invoice_id")?;
        if by_transfer {
            let owner = self.owner(guest.seller)?;
            let payment = json!({ "method": "transfer", "reference": format!("TR-{number}") });
            owner.post(&format!("/v1/invoices/{invoice}/payments"), &payment)?;
            return Ok(());
        }
        let me = self.stranger.with_token(text(&placed, "/tokens/access_token")?);
        let number = if number % 13 == 6 { DRY } else { GOOD };
        let card = json!({
            "number": number, "expiry_month": 12, "expiry_year": 2035, "code": "123", "holder": guest.last_name,
        });
        me.post(&format!("/v1/me/invoices/{invoice}/pay"), &json!({ "gateway": "fake", "save": true, "card": card }))?;
        Ok(())
    }

    fn guest(&self, number: u64) -> Option<Guest<'_>> {
        let pick = |list: usize, by: u64| usize::try_from(number / by).ok()?.checked_rem(list);
        let at = usize::try_from(number).ok()?.checked_rem(self.cast.sellers.len())?;
        Some(Guest {
            number,
            first_name: self.cast.first_names.get(pick(self.cast.first_names.len(), 1)?)?,
            last_name: self.cast.last_names.get(pick(self.cast.last_names.len(), 3)?)?,
            trade: self.cast.trades.get(pick(self.cast.trades.len(), 7)?)?,
            seller: self.cast.sellers.get(at)?,
            shelf: self.shelves.get(at)?,
        })
    }

    /// Now and then an owner looks after things: what a person has to deliver, late payers, someone who leaves.
    fn tidy_up(&self, number: u64) -> Result<(), Failed> {
        for seller in &self.cast.sellers {
            let owner = self.owner(seller)?;
            for service in list(&owner, "/v1/services?is_settled=false&limit=100")? {
                if text(&service, "/kind")? != "webspace" {
                    owner.post(&format!("/v1/services/{}/deliver", text(&service, "/id")?), &json!({}))?;
                }
            }
            for (at, debt) in list(&owner, "/v1/invoices?status=overdue&limit=100")?.iter().enumerate() {
                if at % 3 != 2 {
                    let id = text(debt, "/id")?;
                    owner.post(&format!("/v1/invoices/{id}/payments"), &json!({ "method": "transfer" }))?;
                }
            }
            if number % 20 == 19
                && let Some(leaves) = list(&owner, "/v1/subscriptions?status=active&limit=1")?.first()
            {
                let cancel = json!({ "when": "end_of_cycle", "reason": "moves elsewhere" });
                owner.post(&format!("/v1/subscriptions/{}/cancel", text(leaves, "/id")?), &cancel)?;
            }
        }
        Ok(())
    }

    /// Access tokens live for minutes and the clock jumps by days: sign in again.
    fn owner(&self, seller: &DemoSeller) -> Result<Caller, Failed> {
        self.stranger.sign_in(&seller.code, &format!("owner@{}.example", seller.code), PASSWORD)
    }
}

fn list(owner: &Caller, path: &str) -> Result<Vec<Value>, Failed> {
    Ok(owner.get(path)?.pointer("/data").and_then(Value::as_array).cloned().unwrap_or_default())
}

fn buyer(seller: &DemoSeller) -> Value {
    json!({ "country": seller.country, "state": seller.state, "city": seller.city })
}

impl Guest<'_> {
    /// Mostly hosting, now and then something else; every third with an add-on, some with the coupon.
    fn cart(&self) -> Value {
        let domain = json!({ "name": format!("{}-{}-{}.example", self.last_name.to_lowercase(), self.trade, self.number), "option": "use_own" });
        let plan = self.shelf.hosting.get(usize::from(self.number % 5 == 2) + usize::from(self.number % 11 == 3));
        let cycle = if self.number % 4 == 1 { "1-year" } else { "1-month" };
        let add_ons = if self.number.is_multiple_of(3) { json!([self.shelf.backup]) } else { json!([]) };
        let mut items = match self.number % 10 {
            7 => vec![json!({ "plan_id": self.shelf.care, "cycle": "1-month" })],
            _ => vec![json!({ "plan_id": plan, "cycle": cycle, "domain": domain, "add_on_ids": add_ons })],
        };
        match self.number % 12 {
            5 => items.push(json!({ "plan_id": self.shelf.domain, "cycle": "1-year", "domain": json!({ "name": format!("{}-{}.example", self.trade, self.number), "option": "register" }) })),
            8 => items.push(json!({ "plan_id": self.shelf.certificate, "cycle": "1-year" })),
            _ => {}
        }
        let coupon = (self.number.is_multiple_of(6) && self.number < 100).then_some("WELCOME");
        json!({ "items": items, "coupon": coupon })
    }

    fn client(&self, buyer: &Value) -> Value {
        let email = format!("{}.{}.{}@clients.example", plain(self.first_name), plain(self.last_name), self.number);
        json!({
            "kind": "person",
            "address": { "line1": format!("{} Market Street", self.number + 1), "city": buyer["city"],
                "state": buyer["state"], "postal_code": self.seller.postal_code, "country": buyer["country"] },
            "contact": { "first_name": self.first_name, "last_name": self.last_name, "email": email, "password": PASSWORD },
        })
    }
}

/// Only what every mail server takes.
fn plain(name: &str) -> String {
    name.to_lowercase().chars().filter(char::is_ascii_alphabetic).collect()
}
