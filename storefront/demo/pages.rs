// One of each page of a shopper, filled with plausible values: what the tests check and `examples/preview` shows.

use chrono::NaiveDate;
use comptoir_domain::{Locale, Money, Problem};
use comptoir_storefront::{Shop, StoreSite, StorefrontError, pages::*, site::*};
use std::collections::BTreeMap;

/// The demo store.
pub fn site() -> StoreSite {
    serde_json::from_str(include_str!("site.json")).unwrap_or_else(|error| panic!("site.json: {error}"))
}

fn money(minor: i64) -> Money {
    Money::from_minor(minor, site().store.currency)
}

fn cycle(text: &str) -> Cycle {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default()
}

fn strings<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_string).to_vec()
}

fn lines() -> Vec<CartLine> {
    let hosting = CartLine {
        item: "1".into(),
        title: "Business".into(),
        details: strings(["Hourly backups", "We move your site"]),
        domain: Some("a-rather-long-domain-name-for-a-bakery.example".into()),
        needs_domain: false,
        cycle: cycle("1-year"),
        recurring: money(14_900),
        set_up: Some(money(2900)),
    };
    let domain = CartLine {
        item: "2".into(),
        title: "Domain name".into(),
        details: Vec::new(),
        domain: None,
        needs_domain: true,
        recurring: money(1190),
        set_up: None,
        ..hosting.clone()
    };
    vec![hosting, domain]
}

/// 149.00 + 30.00 + 29.00 + 11.90 = 219.90; less 30.00 = 189.90; 20 % = 37.98; together 227.88.
fn totals() -> Totals {
    let named = |label: &str, minor| NamedAmount { label: label.into(), amount: money(minor) };
    Totals {
        subtotal: money(21_990),
        discounts: vec![named("Launch offer", -3000)],
        taxes: vec![named("VAT 20 %", 3798)],
        taxes_included: false,
        total: money(22_788),
        trials: Vec::new(),
        later: vec![LaterAmount { cycle: cycle("1-year"), amount: money(22_908) }],
    }
}

fn refused() -> Form {
    let typed =
        [("email", "anna"), ("first_name", "Anna"), ("kind", "company"), ("vat_number", "FR12"), ("country", "FR")];
    let values: BTreeMap<_, _> = typed.map(|(name, value)| (name.to_string(), value.to_string())).into();
    let problem = Problem::field("/email", "invalid_email", "expected an address")
        .at("/vat_number", "invalid_vat_number", "wrong checksum")
        .at("/password", "too_short", "at least 10 characters")
        .at("/accept", "required", "accept the terms");
    Form::refused("token", values, &problem)
}

fn countries() -> Vec<Choice> {
    [("DE", "Germany"), ("FR", "France"), ("US", "United States")].map(|(code, name)| Choice::new(code, name)).to_vec()
}

fn payments() -> Vec<Choice> {
    let card = Choice { note: Some("Visa, Mastercard, CB".into()), ..Choice::new("card", "Card") };
    vec![card, Choice::new("transfer", "Bank transfer")]
}

fn checkout(form: Form) -> CheckoutPage {
    CheckoutPage {
        lines: lines(),
        totals: totals(),
        once: "once".into(),
        quote: "quote-token".into(),
        signed_in: None,
        countries: countries(),
        county_asked: false,
        payments: payments(),
        vat_number_required: false,
        custom_fields: vec![CustomField {
            name: "found".into(),
            label: "How did you find us?".into(),
            required: false,
        }],
        form,
    }
}

fn invoices() -> Vec<InvoiceRow> {
    let row = |at: usize, status: &&str| InvoiceRow {
        id: format!("inv_{at}"),
        number: format!("2026-{:04}", 118 - at),
        status: (*status).to_string(),
        issued_on: day(11, 1),
        due_on: day(11, 15),
        total: money(22_788),
        open: money(if *status == "paid" { 0 } else { 22_788 }),
    };
    INVOICE_STATUSES.iter().enumerate().map(|(at, status)| row(at, status)).collect()
}

fn invoice() -> InvoicePage {
    let line = |description: &str, quantity: &str, minor| InvoiceLine {
        description: description.into(),
        period: Some((day(11, 15), day(12, 14))),
        quantity: quantity.into(),
        amount: money(minor),
    };
    InvoicePage {
        client: "Anna Martin".into(),
        row: InvoiceRow { id: "inv_1".into(), status: "overdue".into(), open: money(17_788), ..invoices().remove(0) },
        seller: strings(["Quayside Hosting SAS", "12 quai des Chartrons", "33000 Bordeaux", "VAT FR00999999999"]),
        buyer: strings(["Boulangerie Martin", "3 rue du Four", "75006 Paris"]),
        lines: vec![
            line("Business", "1", 14_900),
            line("Hourly backups", "1", 3000),
            line("We move your site", "1", 2900),
        ],
        totals: Totals { later: Vec::new(), ..totals() },
        paid: money(5000),
        notes: strings(["Late payment: three times the legal rate of interest, and 40 euros for recovery."]),
        pdf_url: Some("/en-US/account/invoices/inv_1/invoice.pdf".into()),
        instructions: Vec::new(),
        waits: true,
        payments: payments(),
        form: Form::new("token"),
    }
}

fn subscriptions() -> Vec<SubscriptionRow> {
    let row = |at: usize, status: &&str| SubscriptionRow {
        id: format!("sub_{at}"),
        title: "Business".into(),
        name: Some("bakery.example".into()),
        status: (*status).to_string(),
        recurring: money(14_900),
        cycle: cycle("1-year"),
        renews_on: Some(day(11, 15)),
        panel_url: Some("https://panel.quayside.example/".into()),
    };
    SUBSCRIPTION_STATUSES.iter().enumerate().map(|(at, status)| row(at, status)).collect()
}

fn result(state: ResultState) -> ResultPage {
    let account = ("IBAN".to_string(), "FR76 3000 6000 0112 3456 7890 189".to_string());
    ResultPage {
        order: "1042".into(),
        state,
        pay_url: None,
        other_url: None,
        instructions: if state == ResultState::WaitingForPayment { vec![account] } else { Vec::new() },
        invoice: Some("inv_1".into()),
        lines: lines(),
        totals: totals(),
    }
}

fn search() -> DomainsPage {
    let found = |name: &str, state, price| DomainResult {
        name: name.into(),
        state,
        before: None,
        price,
        renew: price,
        years: 1,
    };
    let results = vec![
        found("bakery.com", DomainState::Unavailable, None),
        found("bakery.fr", DomainState::Available, Some(money(790))),
        found("bakery.shop", DomainState::Unknown, Some(money(290))),
    ];
    DomainsPage { name: "bakery".into(), results: Some(results), ..DomainsPage::default() }
}

/// How one pays, here and elsewhere.
fn paying(shop: &Shop, locale: Locale, pages: &mut Vec<(String, String)>) -> Result<(), StorefrontError> {
    let mut add =
        |name: &str, page: Result<String, StorefrontError>| page.map(|page| pages.push((name.to_string(), page)));
    let pay = PayPage {
        address: "checkout/pay/1001/".into(),
        subject: "Order 1001".into(),
        amount: money(22_788),
        kept: vec![KeptMethod { id: "pmt_1".into(), label: "visa •••• 4242".into() }],
        gateway: "cards".into(),
        page_of: None,
        account: None,
        keeps: true,
        once: "once".into(),
        form: Form::new("token"),
    };
    add("pay-elsewhere", shop.render(locale, &PayPage { page_of: Some("Bizum".into()), ..pay.clone() }))?;
    let mandate = Some("Mandate\n\nYou authorise Quayside to debit your account.".to_string());
    let account = PayPage { account: Some(AccountForm { mandate }), ..pay.clone() };
    add("pay-account", shop.render(locale, &account))?;
    let refused = Form::refused("token", BTreeMap::new(), &Problem::field("/mandate", "required", "tick it"));
    add("pay-account-refused", shop.render(locale, &PayPage { form: refused, ..account }))?;
    let leave = LeavePage {
        address: "checkout/pay/1001/go/".into(),
        leave_to: "https://pay.example/".into(),
        leave_with: vec![("order".into(), "1001".into())],
    };
    add("leave", shop.render(locale, &leave))?;
    add("leave-by-link", shop.render(locale, &LeavePage { leave_with: Vec::new(), ..leave }))?;
    add("pay", shop.render(locale, &pay))?;
    let refused =
        Form::refused("token", BTreeMap::new(), &Problem::field("/number", "invalid_card", "12 to 19 digits"));
    add("pay-refused", shop.render(locale, &PayPage { form: refused, ..pay }))?;
    Ok(())
}

/// Each page of a shopper under a short name, in one language.
pub fn shopper_pages(shop: &Shop, locale: Locale) -> Result<Vec<(String, String)>, StorefrontError> {
    let (client, csrf) = ("Anna Martin".to_string(), "token".to_string());
    let mut pages = Vec::new();
    let mut add =
        |name: &str, page: Result<String, StorefrontError>| page.map(|page| pages.push((name.to_string(), page)));
    add("domains-results", shop.render(locale, &search()))?;
    let bad = Form::refused("token", BTreeMap::new(), &Problem::field("/name", "invalid_domain", "no such name"));
    add(
        "domains-refused",
        shop.render(locale, &DomainsPage { name: "?".into(), item: Some("1".into()), form: bad, ..search() }),
    )?;
    let cart = CartPage { lines: lines(), totals: Some(totals()), coupon: None, form: Form::new("token") };
    add("cart", shop.render(locale, &cart))?;
    add("cart-coupon", shop.render(locale, &CartPage { coupon: Some("SPRING".into()), ..cart }))?;
    let empty = CartPage { lines: Vec::new(), totals: None, coupon: None, form: Form::new("token") };
    add("cart-empty", shop.render(locale, &empty))?;
    add("checkout", shop.render(locale, &checkout(Form::new("token"))))?;
    add("checkout-refused", shop.render(locale, &checkout(refused())))?;
    let known = CheckoutPage { signed_in: Some(client.clone()), ..checkout(Form::new("token")) };
    add("checkout-known", shop.render(locale, &known))?;
    paying(shop, locale, &mut pages)?;
    let mut add =
        |name: &str, page: Result<String, StorefrontError>| page.map(|page| pages.push((name.to_string(), page)));
    add("result-paid", shop.render(locale, &result(ResultState::Paid)))?;
    add("result-transfer", shop.render(locale, &result(ResultState::WaitingForPayment)))?;
    let account = AccountPage {
        client: client.clone(),
        csrf: csrf.clone(),
        open: vec![money(22_788)],
        credit: vec![money(500)],
        to_confirm: invoices().into_iter().skip(1).take(1).collect(),
        cards_to_enter: vec!["visa •••• 4242".into()],
        invoices: invoices().into_iter().skip(1).take(4).collect(),
        subscriptions: subscriptions().into_iter().take(2).collect(),
    };
    add("account", shop.render(locale, &account))?;
    let list = InvoicesPage {
        client: client.clone(),
        csrf: csrf.clone(),
        invoices: invoices(),
        next: Some("cursor=x".into()),
    };
    add("invoices", shop.render(locale, &list))?;
    add("invoice", shop.render(locale, &invoice()))?;
    add(
        "subscriptions",
        shop.render(locale, &SubscriptionsPage { client: client.clone(), csrf, subscriptions: subscriptions() }),
    )?;
    let contact =
        ContactRow { name: client.clone(), email: "anna@bakery.example".into(), role: Some("Billing".into()) };
    let profile = ProfilePage {
        client,
        countries: countries(),
        county_asked: false,
        contacts: vec![contact],
        saved: true,
        form: Form::new("token"),
    };
    add("profile", shop.render(locale, &profile))?;
    add("payment-methods", shop.render(locale, &payment_methods(&profile.client)))?;
    add("sign-in", shop.render(locale, &SignInPage { next: Some("checkout/".into()), form: Form::new("token") }))?;
    add("forgotten-password", shop.render(locale, &ForgottenPasswordPage { sent: false, form: Form::new("token") }))?;
    add("new-password", shop.render(locale, &NewPasswordPage { token: "t".into(), form: Form::new("token") }))?;
    for kind in [MessageKind::Error, MessageKind::Busy, MessageKind::Expired, MessageKind::Suspended] {
        let page = MessagePage { kind, reference: Some("req-7f3a".into()) };
        add(&format!("message-{kind:?}").to_lowercase(), shop.render(locale, &page))?;
    }
    Ok(pages)
}

fn payment_methods(client: &str) -> PaymentMethodsPage {
    let mandate = "SEPA Direct Debit Mandate\n\nBy signing this mandate form, you authorise (A) Quayside …".to_string();
    let signed = MandateRow {
        reference: "MND-1042-1".into(),
        signed_on: day(3, 2),
        state: "active".into(),
        text: mandate.clone(),
    };
    let card = PaymentMethodRow {
        id: "pmt_1".into(),
        label: "visa •••• 4242".into(),
        is_default: false,
        until: Some(day(1, 31)),
        works: false,
        mandate: None,
    };
    let label = "DE89 •••• •••• 3000".to_string();
    let account = PaymentMethodRow {
        id: "pmt_2".into(),
        label: label.clone(),
        is_default: true,
        until: None,
        works: true,
        mandate: Some(signed),
    };
    PaymentMethodsPage {
        client: client.into(),
        methods: vec![card, account],
        debits: vec![DebitRow { label, on: day(4, 1), amount: money(1_800) }],
        ways: vec![
            WayToPay { gateway: "fake".into(), account: None, page_of: None },
            WayToPay { gateway: "paypal".into(), account: None, page_of: Some("PayPal".into()) },
            WayToPay { gateway: "sepa".into(), account: Some(AccountForm { mandate: Some(mandate) }), page_of: None },
        ],
        saved: true,
        refused: false,
        once: "once".into(),
        form: Form::new("token"),
    }
}
