//! Histories: many clients order, change, cancel, pay or do not pay, by chance, while time goes on. Whatever they do, the
//! invariants hold, and `verify` finds nothing. `COMPTOIR_TEST_SEED` repeats a run; `scripts/test --long` lives with more.

mod at_once;
mod deeds;
mod invariants;
mod offer;

use crate::api::invoices::books_balance;
use crate::api::verify::{literal, verify};
use crate::faults::books::{agree, told};
use crate::support::chance::{Chance, tell};
use crate::support::database::words;
use crate::support::story::Story;
use crate::support::{Backend, World};
use chrono::{Days, NaiveDate};
use comptoir_domain::events::EventKind;
use comptoir_domain::{InvoiceLineId, SubscriptionId};
use deeds::Person;
use invariants::broken;
use offer::Offer;
use serde_json::json;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

/// How many histories there are.
fn many() -> usize {
    if std::env::var("COMPTOIR_TEST_LONG").is_ok() { 1_000 } else { 100 }
}

/// Clients with their own chance, so that what one does depends on no other.
struct Town {
    world: World,
    people: Vec<(String, Chance, Cell<u32>)>,
    offer: Option<Offer>,
    /// What was done how often, and how it ended.
    coverage: BTreeMap<String, u32>,
    /// The number of each client, and its history.
    log: Vec<(i64, Vec<String>)>,
    today: NaiveDate,
}

impl Town {
    fn settle(backend: Backend, many: usize, chance: &mut Chance) -> Self {
        let world = World::open(backend);
        let owner = world.owner("north");
        let offer = Offer::new(&owner);
        let settle = |n: usize| {
            let mut client = crate::support::world::client("north", &format!("Client {n}"), &format!("Chance{n}"));
            client["contact"].as_object_mut().unwrap().remove("password");
            if n % 4 == 1 {
                client["group"] = json!({"client_group_id": offer.group});
            }
            let made = owner.post("/v1/clients", client).expect(201);
            let number = made.json()["number"].as_i64().unwrap();
            ((made.text("/id"), chance.fork(), Cell::new(0)), (number, Vec::new()))
        };
        let (people, log) = (0..many).map(settle).unzip();
        let today = "2026-01-05".parse().unwrap();
        Self { world, people, offer: Some(offer), coverage: BTreeMap::new(), log, today }
    }

    /// Half of the people do something, as does who has nothing yet.
    fn act(&mut self) {
        let (owner, offer) = (self.world.owner("north"), self.offer.take().unwrap());
        let neighbour = self.people.last().unwrap().0.clone();
        for ((client, chance, calls), (_, log)) in self.people.iter_mut().zip(&mut self.log) {
            let person = Person { owner: &owner, offer: &offer, client, neighbour: &neighbour, calls };
            let (deed, answer) = match calls.get() {
                0 => ("order", deeds::order(&person, chance)),
                _ if chance.perhaps(60) => deeds::one(&person, chance),
                _ => continue,
            };
            let ending = match answer {
                None => "had nothing to be done to".to_string(),
                Some(answer) if answer.status < 300 => {
                    log.push(format!("{}: {deed}: {} {}", self.today, answer.what, answer.text));
                    "done".into()
                }
                Some(answer) => {
                    assert!(answer.status < 500, "{deed}: {}", answer.text);
                    format!("refused: {}", answer.json()["code"].as_str().unwrap())
                }
            };
            *self.coverage.entry(format!("{deed}: {ending}")).or_default() += 1;
        }
        self.offer = Some(offer);
    }

    /// The invariants hold, and the two towns say the same; if not, tells the history of who broke them.
    fn sound(&self) {
        let broken = broken(&self.world);
        self.tell(&broken);
        assert_eq!(broken, [""; 0], "on {}", self.today);
    }

    /// The histories of the clients that some words are about.
    fn tell(&self, words: &[String]) {
        for (number, log) in &self.log {
            let about = [format!("client {number},"), format!("north | {number} | ")];
            if words.iter().any(|word| about.iter().any(|about| word.contains(about))) {
                let rows = told(&self.world.database).into_iter().filter(|word| word.contains(&about[1]));
                println!("client {number}: {log:#?}\n{:#?}", rows.collect::<Vec<_>>());
            }
        }
    }

    /// `verify` finds nothing; if it does, tells the history of whom it is about.
    fn verified(&self) {
        let wrong = verify(&self.world, "north").0;
        for word in wrong.values().flatten() {
            let subject = word.split(':').next().unwrap();
            let (table, id) = match subject.split('_').next().unwrap() {
                "lin" => ("invoice_lines", literal(&self.world, &subject.parse::<InvoiceLineId>().unwrap())),
                "sub" => ("subscriptions", literal(&self.world, &subject.parse::<SubscriptionId>().unwrap())),
                _ => continue,
            };
            let contract = if table == "subscriptions" { "id" } else { "subscription_id" };
            let sql = format!(
                "SELECT 'client ' || CAST(c.number AS TEXT) || ',' AS word FROM clients c
                 JOIN subscriptions s ON s.seller_id = c.seller_id AND s.client_id = c.id
                 WHERE s.id IN (SELECT {contract} FROM {table} WHERE id = {id})"
            );
            self.tell(&words(&mut self.world.database.connect(), &sql));
        }
        assert_eq!(wrong, BTreeMap::new(), "on {}", self.today);
    }

    /// Prints what was met, and insists that every deed was tried.
    fn told(&self) {
        let met: String = self.coverage.iter().map(|(what, count)| format!("\n{count:6}  {what}")).collect();
        tell(&met);
        for (deed, ..) in deeds::DEEDS {
            let tried = |what: &String| what.starts_with(deed) && !what.ends_with("to be done to");
            assert!(self.coverage.keys().any(tried), "never tried: {deed}");
        }
    }
}

/// Everything recurs as it would, for more than a year.
fn living(backend: Backend) {
    let mut chance = Chance::same();
    let mut town = Town::settle(backend, many(), &mut chance);
    let story = Story::of(&town.world);
    while town.today < "2027-03-01".parse().unwrap() {
        town.act();
        town.act();
        town.sound();
        town.today = town.today + Days::new(1 + chance.below(50));
        story.until(&town.today.to_string());
        assert_eq!(story.troubles(), [""; 0]);
        town.sound();
    }
    let before = told(&town.world.database);
    assert_eq!(story.run(EventKind::ProcessInvoices), json!({"invoices": 0, "parked": 0}));
    agree(&before, &told(&town.world.database), "the same run again");
    books_balance(&town.world.owner("north"));
    town.verified();
    town.told();
}

/// What moves contracts on by itself, in the order of a day.
const RUNS: &[EventKind] = &[EventKind::ProcessCancellation, EventKind::ProcessChanges, EventKind::ProcessInvoices];

/// What was charged and given back, line by line, without the documents and their dates.
fn charged(world: &World) -> Vec<String> {
    let lines = told(&world.database).into_iter().filter(|word| word.starts_with("line"));
    let mut lines: Vec<String> = lines.map(|word| word.rsplitn(4, " | ").last().unwrap().to_string()).collect();
    lines.sort();
    lines
}

/// The same deeds in two towns: in one the runs come every day, in the other only before somebody does something, and each
/// is broken off a few times before it may end. Both have charged the same lines.
fn daily_as_late_and_broken_off(backend: Backend) {
    let mut chance = Chance::same();
    let many = many() / 2;
    let (mut days, mut moments) = (chance.fork(), chance.fork());
    let (mut daily, mut late) =
        (Town::settle(backend, many, &mut chance.clone()), Town::settle(backend, many, &mut chance));
    let (every_day, sometimes) = (Story::of(&daily.world), Story::of(&late.world));
    let mut in_the_middle = 0;
    while daily.today < "2026-11-01".parse().unwrap() {
        daily.act();
        late.act();
        let stop = daily.today + Days::new(1 + days.below(45));
        for day in daily.today.iter_days().skip(1).take_while(|day| *day <= stop) {
            every_day.sleep_until(&day.to_string());
            RUNS.iter().for_each(|kind| drop(every_day.run(*kind)));
        }
        sometimes.sleep_until(&stop.to_string());
        for kind in RUNS {
            for _ in 0..3 {
                let moment = moments.before(Duration::from_millis(150));
                in_the_middle += usize::from(sometimes.break_off(*kind, moment));
            }
            sometimes.run(*kind);
        }
        (daily.today, late.today) = (stop, stop);
        let (all, same) = (charged(&daily.world), charged(&late.world));
        late.tell(&all.iter().filter(|line| !same.contains(line)).cloned().collect::<Vec<_>>());
        agree(&all, &same, &format!("daily and late, on {stop}"));
        daily.sound();
        late.sound();
    }
    tell(&format!("{in_the_middle} runs were broken off in the middle"));
    assert!(in_the_middle > 5);
    late.verified();
}

#[test]
fn histories_hold_on_sqlite() {
    living(Backend::Sqlite);
}

#[test]
fn histories_hold_on_postgres() {
    living(Backend::Postgres);
}

#[test]
fn daily_runs_charge_what_late_and_broken_ones_do_on_sqlite() {
    daily_as_late_and_broken_off(Backend::Sqlite);
}

#[test]
fn daily_runs_charge_what_late_and_broken_ones_do_on_postgres() {
    daily_as_late_and_broken_off(Backend::Postgres);
}
