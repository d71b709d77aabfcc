//! Several payment methods for one subscription (SUB-08, PAY-04): 75, 20 and 5 % of 10.01.

use crate::api::services::paid;
use crate::api::subscription_changes::sound;
use crate::stories::billing::{GOOD, buy, care};
use crate::support::Actor;
use crate::support::story::Story;
use serde_json::{Value, json};

/// Good while its owner is there, declined when it is charged alone.
const DRY: &str = "4000000000000127";

/// Charged, but the answer is lost: the bank is asked by the next run, and the card is not charged again.
const LOST: &str = "4000000000000069";

fn keep(owner: &Actor, client: &str, number: &str) -> String {
    let card = json!({"gateway": "fake", "card": {"number": number, "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": "Someone"}});
    owner.post_once("/v1/payment-methods", number, json!({"client_id": client, "method": card})).expect(201).text("/id")
}

fn put(owner: &Actor, path: &str, body: &Value) -> crate::support::Answer {
    let headers = [("content-type", "application/json"), ("if-match", "*")];
    owner.send("PUT", path, &headers, Some(body.to_string().as_bytes()))
}

/// Method, amount and outcome of the charges of an invoice, oldest first.
fn charges(owner: &Actor, invoice: &str) -> Vec<(String, String, String)> {
    let list = owner.get(&format!("/v1/transactions?invoice_id={invoice}&sort=created_at")).expect(200).json();
    let mut rows = list["data"].as_array().unwrap().clone();
    rows.sort_by_key(|row| row["id"].as_str().unwrap().to_string());
    let word = |value: &Value| value.as_str().unwrap().to_string();
    rows.iter()
        .map(|row| (word(&row["payment_method_id"]), word(&row["amount"]["amount"]), word(&row["state"])))
        .collect()
}

fn shares(all: &[(&str, &str)]) -> Value {
    let one = |(id, share): &(&str, &str)| json!({"payment_method_id": id, "share": share});
    json!({"methods": all.iter().map(one).collect::<Vec<_>>()})
}

both! {
    /// 7.51, 2.00 and 0.50 on 4 February; the second is declined, and asked again for its own part only, a day later; of the
    /// third nobody knows until then. Then the first is to pay all: what is left, at the next run, because it has refused nothing.
    fn each_method_pays_its_share(world) {
        let owner = world.owner("north");
        let price = json!([{"cycle": "1-month", "currency": "EUR", "recurring": {"amount": "10.01", "currency": "EUR"}}]);
        let plan = care(&owner, json!({"prices": price}));
        let (client, subscription) = buy(&owner, &plan, "Trio", GOOD, None);
        let first = owner.get(&format!("/v1/payment-methods?client_id={client}")).expect(200).text("/data/0/id");
        let (second, third) = (keep(&owner, &client, DRY), keep(&owner, &client, LOST));
        let path = format!("/v1/subscriptions/{subscription}/payment-methods");
        let three = shares(&[(&first, "75"), (&second, "20"), (&third, "5")]);
        assert_eq!(put(&owner, &path, &three).expect(200).json(), three);
        let story = Story::of(world);
        story.until("2026-02-04");
        let owner = world.owner("north");
        let list = owner.get(&format!("/v1/invoices?client_id={client}&kind=invoice")).expect(200).json();
        let ids = list["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_string());
        let invoice = ids.max().unwrap();
        let row = |method: &str, amount: &str, state: &str| (method.to_string(), amount.to_string(), state.to_string());
        let charged = |third_is: &str| vec![row(&first, "7.51", "approved"), row(&second, "2.00", "declined"), row(&third, "0.50", third_is)];
        assert_eq!(charges(&owner, &invoice), charged("unknown"));
        assert_eq!(owner.get(&format!("/v1/invoices/{invoice}")).text("/open/amount"), "2.50");
        story.until("2026-02-05");
        let owner = world.owner("north");
        let mut want = charged("approved");
        want.push(row(&second, "2.00", "declined"));
        assert_eq!(charges(&owner, &invoice), want);
        assert_eq!(owner.get(&format!("/v1/invoices/{invoice}")).text("/open/amount"), "2.00");
        put(&owner, &path, &shares(&[(&first, "100.00")])).expect(200);
        // the first card has refused nothing: it need not wait for the pauses of the second
        story.until("2026-02-06");
        let owner = world.owner("north");
        want.push(row(&first, "2.00", "approved"));
        assert_eq!(charges(&owner, &invoice), want);
        assert_eq!(owner.get(&format!("/v1/invoices/{invoice}")).text("/status"), "paid");
        assert_eq!(story.troubles(), [""; 0]);
        sound(world);
    }

    /// A client halves the price between two cards of its own, and is refused what an administrator is.
    fn clients_share_out_their_own(world) {
        let (nora, ole) = (paid(&world.owner("north"), "Nora", "nora.example"), paid(&world.owner("north"), "Ole", "ole.example"));
        let owner = world.owner("north");
        let client = |subscription: &str| owner.get(&format!("/v1/subscriptions/{subscription}")).text("/client_id");
        let (hers, his) = (client(&nora.subscription), client(&ole.subscription));
        let (one, two, other) = (keep(&owner, &hers, GOOD), keep(&owner, &hers, DRY), keep(&owner, &his, LOST));
        let path = format!("/v1/me/subscriptions/{}/payment-methods", nora.subscription);
        assert_eq!(nora.client.get(&path).expect(200).json(), shares(&[]));
        let halves = shares(&[(&one, "50"), (&two, "50")]);
        for (body, pointer) in [
            (shares(&[(&one, "99")]), "/methods"),
            (shares(&[(&one, "50"), (&one, "50")]), "/methods/1/payment_method_id"),
            (shares(&[(&other, "100")]), "/methods/0/payment_method_id"),
        ] {
            put(&nora.client, &path, &body).expect(422).names(pointer);
        }
        nora.client.send("PUT", &path, &[("content-type", "application/json")], Some(halves.to_string().as_bytes())).refused(428, "precondition_required");
        put(&ole.client, &path, &halves).refused(404, "not_found");
        ole.client.get(&path).refused(404, "not_found");
        assert_eq!(put(&nora.client, &path, &halves).expect(200).json(), halves);
        assert_eq!(nora.client.get(&path).json(), halves);
        let as_seller = owner.get(&format!("/v1/subscriptions/{}/payment-methods", nora.subscription));
        assert_eq!(as_seller.expect(200).json(), halves);
        assert_eq!(put(&nora.client, &path, &shares(&[])).expect(200).json(), shares(&[]));
    }

    fn wrong_shares_are_refused(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (client, subscription) = buy(&owner, &plan, "Solo", GOOD, None);
        let (other, _) = buy(&owner, &plan, "Else", GOOD, None);
        let method = |client: &str| owner.get(&format!("/v1/payment-methods?client_id={client}")).expect(200).text("/data/0/id");
        let (mine, theirs) = (method(&client), method(&other));
        let path = format!("/v1/subscriptions/{subscription}/payment-methods");
        for (body, pointer) in [
            (shares(&[(&mine, "99.99")]), "/methods"),
            (shares(&[(&mine, "50"), (&mine, "50")]), "/methods/1/payment_method_id"),
            (shares(&[(&theirs, "100")]), "/methods/0/payment_method_id"),
            (shares(&[(&mine, "-1")]), "/methods/0/share"),
            (shares(&[(&mine, "99.999")]), "/methods/0/share"),
        ] {
            put(&owner, &path, &body).expect(422).names(pointer);
        }
        let foreign = world.owner("south").get("/v1/payment-methods").expect(200).text("/data/0/id");
        put(&owner, &path, &shares(&[(&foreign, "100")])).refused(404, "not_found");
        assert_eq!(owner.get(&path).expect(200).json(), shares(&[]));
        // what is forgotten has no share any more
        put(&owner, &path, &shares(&[(&mine, "100")])).expect(200);
        owner.delete(&format!("/v1/payment-methods/{mine}")).expect(204);
        assert_eq!(owner.get(&path).expect(200).json(), shares(&[]));
    }
}
