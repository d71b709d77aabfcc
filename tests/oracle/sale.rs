//! A sale as our rules live through it: ordered, then billed by runs on some days, each of which knows what is known then.

use crate::{basis, coupon, day, group, id, list, number, read, read_if, tax_facts, told};
use chrono::NaiveDate;
use comptoir_domain::coupons::Coupon;
use comptoir_domain::invoices::due::{
    Due, DueInvoice, DueKind, DueLine, HeldSpan, Horizon, Item, LineKey, Progress, Snapshot, Subscription, Waived, due,
};
use comptoir_domain::invoices::granted::FixedPart;
use comptoir_domain::invoices::renewal::{self, ItemTerms, Terms, covered};
use comptoir_domain::orders::first_invoice::{self, ContractIds, Dated, Signed, dated, first_lines};
use comptoir_domain::orders::{Contract, ContractItem, Lasts};
use comptoir_domain::plans::PlanType;
use comptoir_domain::quotes::{Priced, price};
use comptoir_domain::schedule::BillingRule;
use comptoir_domain::{SubscriptionId, SubscriptionItemId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The books of the sale.
struct Life<'a> {
    case: &'a Value,
    coupon: Option<Coupon>,
    /// What it took off lines, if it is a fixed amount.
    fixed: Vec<(SubscriptionId, FixedPart)>,
    /// What each contract will have been when everything is known.
    whole: Vec<Subscription>,
    /// What it is so far.
    known: Vec<Subscription>,
    next: Vec<Option<NaiveDate>>,
    cycles_left: Vec<Option<u32>>,
    /// Each line with the day before which its period ends.
    existing: BTreeMap<LineKey, NaiveDate>,
    waived: Vec<Waived>,
    invoices: Vec<Value>,
}

fn contract(of: &Value) -> Contract {
    let item = |item: &Value| ContractItem {
        kind: read(&item["kind"]),
        lasts: Lasts::Always,
        plan: None,
        add_on: None,
        price: Some(id(1)),
        description: String::new(),
        unit_price: read(&item["unit_price"]),
        setup_fee: read(&item["setup_fee"]),
        quantity: read(&item["quantity"]),
        tax_policy: (!item["policy"].is_null()).then(|| id(number(&item["policy"]))),
    };
    let small = |name: &str| of[name].as_u64().map(|number| u32::try_from(number).unwrap());
    Contract {
        plan: id(1),
        kind: PlanType::Hosting,
        name: String::new(),
        domain: None,
        cycle: read(&of["cycle"]),
        lead_days: u16::try_from(small("lead_days").unwrap()).unwrap(),
        cycle_limit: small("cycle_limit"),
        trial_days: small("trial_days").unwrap(),
        prorates: of["prorates"].as_bool().unwrap(),
        discount: None,
        items: list(&of["items"]).iter().map(item).collect(),
    }
}

/// The contract with its dates, and with what the case says of items that come or go, of its end and its holds.
fn signed(at: u128, contract: &Contract, of: &Value, case: &Value) -> Dated {
    let items = (1000 * (at + 1)..).take(contract.items.len()).map(id).collect();
    let ids = ContractIds { subscription: id(at), items };
    let ordered_on = day(&case["ordered_on"]);
    let signed = Signed { client: id(1), currency: read(&case["currency"]), today: ordered_on, starts_on: ordered_on };
    let rule: BillingRule = serde_json::from_value(case["rule"].clone()).unwrap();
    let mut dated = dated(contract, &ids, signed, &rule).unwrap();
    let whole = &mut dated.subscription;
    whole.ends_on = read_if(&of["ends_on"]);
    whole.holds =
        list(&of["holds"]).iter().map(|hold| HeldSpan { from: day(&hold[0]), to: read_if(&hold[1]) }).collect();
    for (item, said) in whole.items.iter_mut().zip(list(&of["items"])) {
        item.from = read_if(&said["from"]).unwrap_or(item.from);
        (item.to, item.known_on) = (read_if(&said["to"]), day(&said["known_on"]));
    }
    dated
}

/// Orders, runs, and says what came of it in the words of the other side.
pub fn lived_through(case: &Value) -> Value {
    let contracts: Vec<Contract> = list(&case["contracts"]).iter().map(contract).collect();
    let said = list(&case["contracts"]);
    let dated: Vec<Dated> =
        (0..).zip(contracts.iter().zip(said)).map(|(at, (contract, of))| signed(at, contract, of, case)).collect();
    let mut life = Life::order(case, &contracts, &dated);
    list(&case["runs"]).iter().for_each(|today| life.run(day(today)));
    let contract = |(at, dated): (usize, &Dated)| {
        let first = dated.start.first;
        let mut told =
            json!({"anchor": dated.start.anchor, "first": [first.from, first.to], "waived": life.waived(at)});
        if case["expected"]["contracts"][at].get("next_invoice_on").is_some() {
            told["next_invoice_on"] = json!(life.next[at]);
        }
        told
    };
    json!({"contracts": dated.iter().enumerate().map(contract).collect::<Vec<_>>(), "invoices": life.invoices})
}

impl<'a> Life<'a> {
    fn order(case: &'a Value, contracts: &[Contract], dated: &[Dated]) -> Self {
        // the order knows nothing of what is added or happens later
        let so_far = |dated: &Dated| {
            let mut dated = dated.clone();
            let begins = dated.start.first.from;
            dated.subscription.holds.clear();
            dated.subscription.items.retain(|item| item.from == begins);
            dated
        };
        let so_far: Vec<Dated> = dated.iter().map(so_far).collect();
        let coupon = coupon(case);
        let (lines, derived) = first_lines(&so_far).unwrap();
        // the order is the first of its cycles, where it charges anything
        let charged = |at: usize| u32::from(lines.iter().any(|line| line.contract == at));
        let left = |at: usize| coupon.as_ref().and_then(|coupon| coupon.cycles).map(|cycles| cycles - charged(at));
        let cycles_left = (0..dated.len()).map(left).collect();
        let mut life = Life {
            case,
            whole: dated.iter().map(|dated| dated.subscription.clone()).collect(),
            known: so_far.iter().map(|dated| dated.subscription.clone()).collect(),
            next: vec![None; dated.len()],
            cycles_left,
            existing: BTreeMap::new(),
            waived: Vec::new(),
            fixed: Vec::new(),
            invoices: Vec::new(),
            coupon,
        };
        let (currency, coupons) = (read(&case["currency"]), life.coupon.as_slice());
        let (basis, group, tax) = (basis(case), group(case), tax_facts(case));
        let request = first_invoice::price_request(contracts, &lines, currency, basis, coupons, group, tax);
        if !lines.is_empty() {
            let lines: Vec<&DueLine> = lines.iter().map(|first| &first.line).collect();
            life.keep(None, &lines, &price(&request).unwrap());
        }
        derived.iter().for_each(|due| life.write(due));
        life
    }

    /// What an item or a contract is called by the other side.
    fn item(&self, item: SubscriptionItemId) -> (usize, usize) {
        let find = |(at, of): (usize, &Subscription)| Some((at, of.items.iter().position(|row| row.id == item)?));
        self.whole.iter().enumerate().find_map(find).unwrap()
    }

    fn contract(&self, id: SubscriptionId) -> usize {
        self.whole.iter().position(|of| of.id == id).unwrap()
    }

    fn keep(&mut self, invoice_on: Option<NaiveDate>, lines: &[&DueLine], priced: &Priced) {
        let line = |line: &&DueLine| {
            let ((contract, item), period, share) = (self.item(line.item), line.period, line.share);
            json!([contract, item, line.kind, period.from, period.to, share.days(), share.of()])
        };
        let told_lines: Vec<Value> = lines.iter().map(line).collect();
        for (line, priced) in lines.iter().zip(&priced.lines).filter(|(line, _)| line.kind != DueKind::Setup) {
            let part = FixedPart::of(line.period, None, &priced.trace);
            self.fixed.extend(part.map(|part| (line.subscription, part)));
        }
        self.invoices.push(json!({"invoice_on": invoice_on, "lines": told_lines, "priced": told(priced)}));
    }

    fn write(&mut self, due: &Due) {
        for line in due.invoices.iter().flat_map(|invoice| &invoice.lines) {
            let before = self.existing.insert(line.key(), line.period.to);
            assert_eq!(before, None, "twice: {line:?}");
        }
        for waived in &due.waived {
            assert_eq!(self.existing.insert(waived.key(), waived.period.to), None, "twice: {waived:?}");
        }
        self.waived.extend(due.waived.iter().cloned());
        for Progress { subscription, billed_through, next_invoice_on } in &due.progress {
            let at = self.contract(*subscription);
            (self.known[at].billed_through, self.next[at]) = (*billed_through, *next_invoice_on);
        }
    }

    /// Items and holds come to be known on their day.
    fn dawn(&mut self, today: NaiveDate) {
        for ((whole, known), next) in self.whole.iter().zip(&mut self.known).zip(&mut self.next) {
            let is_new = |item: &&Item| item.known_on <= today && known.items.iter().all(|other| other.id != item.id);
            let new: Vec<Item> = whole.items.iter().filter(is_new).cloned().collect();
            for item in new {
                known.billed_through = known.billed_through.min(item.from);
                known.items.push(item);
                *next = Some(today);
            }
            let begun = whole.holds.iter().filter(|hold| hold.from <= today);
            known.holds = begun.map(|hold| HeldSpan { to: hold.to.filter(|to| *to <= today), ..*hold }).collect();
        }
    }

    /// A billing run, which looks at what `next_invoice_on` says.
    fn run(&mut self, today: NaiveDate) {
        self.dawn(today);
        let is_next = |(_, next): &(&Subscription, &Option<NaiveDate>)| next.is_some_and(|next| next <= today);
        let looked_at = self.known.iter().zip(&self.next).filter(is_next).map(|(of, _)| of.clone()).collect();
        let snapshot = Snapshot { subscriptions: looked_at, existing: self.existing.clone(), lines_per_invoice: None };
        let found = due(&snapshot, Horizon::AsOf(today)).unwrap();
        let (mut terms, mut coupons) = (BTreeMap::new(), BTreeMap::new());
        for of in &snapshot.subscriptions {
            let lines: Vec<_> = found.invoices.iter().flat_map(|invoice| &invoice.lines).collect();
            let lines: Vec<_> = lines.into_iter().filter(|line| line.subscription == of.id).collect();
            let own = self.terms(of.id);
            let on = covered(of, &own, &lines).unwrap();
            let at = self.contract(of.id);
            self.cycles_left[at] = on.cycles_left;
            terms.insert(of.id, own);
            coupons.insert(of.id, on);
        }
        for invoice in &found.invoices {
            let DueInvoice { invoice_on, lines, .. } = invoice;
            let (basis, group, tax) = (basis(self.case), group(self.case), tax_facts(self.case));
            let request = renewal::price_request(invoice, &terms, &coupons, basis, group, tax).unwrap();
            let priced = price(&request).unwrap();
            renewal::remember(&mut coupons, invoice, &priced);
            self.keep(Some(*invoice_on), &lines.iter().collect::<Vec<_>>(), &priced);
        }
        self.write(&found);
    }

    fn terms(&self, id: SubscriptionId) -> Terms {
        let at = self.contract(id);
        let contract = contract(&self.case["contracts"][at]);
        let taxed = |item: &ContractItem| ItemTerms { description: String::new(), tax_policy: item.tax_policy };
        Terms {
            name: String::new(),
            plans: BTreeMap::from([(self.whole[at].anchor, contract.plan)]),
            kind: contract.kind,
            coupon: self.coupon.clone(),
            coupon_cycles: self.cycles_left[at],
            fixed_parts: self.fixed.iter().filter(|(of, _)| *of == id).map(|(_, part)| *part).collect(),
            discount: None,
            discount_cycles: None,
            items: self.whole[at].items.iter().map(|item| item.id).zip(contract.items.iter().map(taxed)).collect(),
        }
    }

    fn waived(&self, contract: usize) -> Value {
        let own = self.waived.iter().filter(|waived| self.contract(waived.subscription) == contract);
        let mut rows: Vec<_> =
            own.map(|row| (self.item(row.item).1, row.period.from, row.period.to, row.reason.as_str())).collect();
        rows.sort();
        json!(rows)
    }
}
