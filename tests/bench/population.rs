//! So many clients at once: copies, with ids of their own, of one who came by the front door.

use crate::site::Site;
use chrono::{Days, Months, NaiveDate};
use comptoir_app::kernel::clock::fresh;
use comptoir_db::client_groups::{MemberRow, membership};
use comptoir_db::clients::ClientRow;
use comptoir_db::contacts::ContactRow;
use comptoir_db::schema::{client_group_members, clients, contacts, subscription_items, subscriptions};
use comptoir_db::subscriptions::{SubscriptionItemRow, SubscriptionRow};
use comptoir_db::{Db, Scope};
use comptoir_domain::schedule::Cycle;
use comptoir_domain::subscriptions::SubscriptionStatus;
use diesel::prelude::*;

/// Rows of one statement: below the limits of bound values of both databases.
const ROWS: usize = 1_000;

/// Who is multiplied.
struct Model {
    client: ClientRow,
    place: MemberRow,
    contact: ContactRow,
    subscription: SubscriptionRow,
    items: Vec<SubscriptionItemRow>,
}

macro_rules! insert {
    ($db:expr, $table:path, $rows:expr) => {
        for part in $rows.chunks(ROWS) {
            match $db {
                Db::Sqlite(c) => diesel::insert_into($table).values(part).execute(c).unwrap(),
                Db::Pg(c) => diesel::insert_into($table).values(part).execute(c).unwrap(),
            };
        }
    };
}

/// So many new clients with one monthly contract each, all of them due today.
pub fn multiply(site: &Site, count: usize, today: NaiveDate) {
    let mut db = site.connect();
    let scope = site.scope(&mut db);
    let model = Model::find(&mut db, scope);
    for begin in (0..count).step_by(10_000) {
        db.savepoint(|db| {
            model.insert(db, begin..(begin + 10_000).min(count), today);
            Ok(())
        })
        .unwrap();
    }
    let analyze = "ANALYZE";
    match &mut db {
        Db::Sqlite(c) => diesel::sql_query(analyze).execute(c).unwrap(),
        Db::Pg(c) => diesel::sql_query(analyze).execute(c).unwrap(),
    };
}

impl Model {
    fn find(db: &mut Db, scope: Scope) -> Self {
        let month: Cycle = "1-month".parse().unwrap();
        let seller = scope.seller();
        let monthly = subscriptions::table.filter(subscriptions::seller_id.eq(seller));
        let found: Vec<SubscriptionRow> = monthly.select(SubscriptionRow::as_select()).load(db).unwrap();
        let subscription = found.into_iter().find(|row| row.cycle == month).expect("someone pays by the month");
        let items = subscription_items::table
            .filter(subscription_items::subscription_id.eq(subscription.id))
            .select(SubscriptionItemRow::as_select());
        let client = clients::table.find((seller, subscription.client_id)).select(ClientRow::as_select());
        let contact = contacts::table
            .filter(contacts::client_id.eq(subscription.client_id))
            .filter(contacts::is_primary.eq(true))
            .select(ContactRow::as_select());
        Self {
            items: items.load(db).unwrap(),
            client: client.first(db).unwrap(),
            place: membership(db, scope, subscription.client_id).unwrap().member,
            contact: contact.first(db).unwrap(),
            subscription,
        }
    }

    /// A contract that began a month before what is due now, which is billed so many days ahead.
    fn insert(&self, db: &mut Db, numbers: std::ops::Range<usize>, today: NaiveDate) {
        let lead = Days::new(u64::try_from(self.subscription.lead_days).unwrap());
        let renews_on = today + lead;
        let starts_on = renews_on - Months::new(1);
        let (mut people, mut places, mut contacts_of) = (Vec::new(), Vec::new(), Vec::new());
        let (mut contracts, mut items) = (Vec::new(), Vec::new());
        for number in numbers {
            let n = 1_000_000 + i64::try_from(number).unwrap();
            let client = ClientRow { id: fresh(), number: n, ..self.client.clone() };
            places.push(MemberRow { client_id: client.id, ..self.place.clone() });
            let email = format!("someone.{n}@clients.example");
            contacts_of.push(ContactRow { id: fresh(), client_id: client.id, email, ..self.contact.clone() });
            let contract = SubscriptionRow {
                id: fresh(),
                number: n,
                client_id: client.id,
                status: SubscriptionStatus::Active,
                anchor_on: starts_on,
                starts_on,
                billed_through: renews_on,
                next_invoice_on: Some(today),
                ends_on: None,
                ..self.subscription.clone()
            };
            let own = self.items.iter().map(|item| SubscriptionItemRow {
                id: fresh(),
                subscription_id: contract.id,
                from_on: starts_on,
                known_on: starts_on,
                ..item.clone()
            });
            items.extend(own);
            people.push(client);
            contracts.push(contract);
        }
        insert!(db, clients::table, people);
        insert!(db, client_group_members::table, places);
        insert!(db, contacts::table, contacts_of);
        insert!(db, subscriptions::table, contracts);
        insert!(db, subscription_items::table, items);
    }
}
