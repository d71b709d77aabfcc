//! What the store shows, what can be put into the cart, and how files are served.

use super::{STORE, fill, list, open, someone, sum};
use crate::api::orders::shopper;
use crate::support::browser::Browser;
use serde_json::json;

both! {
    fn a_cart_is_what_the_store_offers(world) {
        let (owner, browser) = open(world);
        let cart = fill(&browser, "c.example");
        let refused = browser.submit(&cart.form("/cart/coupon").with("coupon", "NOPE")).expect(422);
        assert_eq!((refused.wrong_fields(), refused.form("/cart/coupon").value("coupon")), (vec!["coupon".into()], Some("NOPE")));
        // names that are no names, and endings that are not sold
        for (want, name) in [("use_own", "no name"), ("register", "a.example"), ("register", "192.0.2.1"), ("use_own", "word")] {
            let query = format!("{STORE}/domains/search?want={want}&name={}", name.replace(' ', "+"));
            assert_eq!(browser.open(&query).expect(422).wrong_fields(), ["name"], "{name}");
        }
        // plans and cycles that do not exist put nothing in
        let south = world.seller("south").ids["pla"].clone();
        for query in [format!("plan={south}&cycle=1-month"), "plan=x&cycle=1-month".into(), String::new()] {
            browser.open(&format!("{STORE}/cart/add?{query}")).expect(200);
        }
        // a link of a widget fills the cart
        let plan = world.seller("north").ids["pla"].clone();
        let next = browser.open(&format!("{STORE}/cart/add?plan={plan}&cycle=1-year")).expect(200).at("/domains/search");
        drop(next);
        let cart = browser.open(&format!("{STORE}/cart/")).expect(200);
        assert_eq!(cart.texts("ul.lines h2"), ["Starter", "Starter"]);
        assert_eq!(browser.open(&format!("{STORE}/checkout/")).at("/cart/").texts(".state.unknown").len(), 1);
        let cart = browser.submit(&cart.form("/cart/remove"));
        assert_eq!(cart.texts("ul.lines h2").len(), 1);
        // what is taken off sale leaves the cart, with a word about it
        browser.forget();
        fill(&browser, "g.example");
        owner.act(&format!("/v1/plans/{plan}/retire")).expect(200);
        let cart = browser.open(&format!("{STORE}/cart/")).expect(200);
        assert!(cart.main().contains("no longer sold") && cart.texts("ul.lines h2").is_empty(), "{}", cart.main());
        // a cookie that is not ours is no cart
        let forged = world.stranger.send("GET", &format!("{STORE}/cart/"), &[("cookie", "cart=AAAA; account=AAAA")], None);
        assert!(forged.status == 200 && forged.text.contains("There is nothing in your cart yet."));
    }

    fn pages_follow_the_catalogue(world) {
        let (owner, browser) = open(world);
        let plan = world.seller_ids("north", "pla");
        assert!(browser.open(&format!("{STORE}/")).expect(200).main().contains("Starter"));
        owner.patch(&format!("/v1/plans/{plan}"), json!({"name": "Beginner", "description": "For a first site.\n\nAnd more."})).expect(200);
        let home = browser.open(&format!("{STORE}/")).expect(200);
        assert!(home.main().contains("Beginner") && !home.main().contains("Starter"), "{}", home.main());
        assert_eq!(browser.open(&format!("{STORE}/plans/starter/")).texts("p.lead"), ["For a first site."]);
        owner.act(&format!("/v1/plans/{plan}/retire")).expect(200);
        assert!(!browser.open(&format!("{STORE}/")).main().contains("Beginner"));
        browser.open(&format!("{STORE}/plans/starter/")).expect(404);
        // an automatic coupon shows both prices: 10.00 less a quarter
        owner.act(&format!("/v1/plans/{plan}/activate")).expect(200);
        owner.post("/v1/coupons", json!({"name": "Launch", "value": {"percent": "25"}, "max_uses": 1, "cycles": 1})).expect(201);
        let page = browser.open(&format!("{STORE}/plans/starter/")).expect(200);
        assert!(page.main().contains("€7.50") && page.main().contains("Launch"), "{}", page.main());
        // 10.00 and 5.00 less a quarter are 11.25, with 2.25 they are 13.50; the second buyer pays 18.00
        let cart = fill(&browser, "auto.example");
        assert_eq!(sum(&cart), ["€15.00", "-€3.75", "€2.25", "€13.50"]);
        assert!(cart.main().contains("Then €12.00 per month"), "{}", cart.main());
        let form = someone(browser.open(&format!("{STORE}/checkout/")).form("/checkout/"), "Auto").with("payment", "transfer");
        browser.submit(&form).expect(200);
        assert!(!browser.open(&format!("{STORE}/plans/starter/")).main().contains("Launch"));
        assert_eq!(sum(&fill(&Browser::new(&world.server.url), "next.example")), ["€15.00", "€3.00", "€18.00"]);
    }

    /// What use above the limits costs stands where the plan is: in its view with what is announced, in the catalogue and on its
    /// page with what holds today, in the currency of the store. Where there is no limit, and where it costs nothing, nothing does.
    fn a_plan_says_what_overuse_costs(world) {
        let (owner, browser) = open(world);
        let plan = format!("/v1/plans/{}", world.seller_ids("north", "pla"));
        let page = format!("{STORE}/plans/starter/");
        assert!(!browser.open(&page).expect(200).main().contains("Beyond the limits"));
        let price = |resource: &str, currency: &str, unit_price: &str, from: Option<&str>| {
            let body = json!({"resource": resource, "currency": currency, "unit_size": 2_500_000_000_u64, "unit_price": unit_price, "valid_from": from});
            owner.post(&format!("{plan}/overuse-prices"), body).expect(201);
        };
        price("traffic", "EUR", "0.0125", None);
        price("traffic", "EUR", "0.50", Some("2026-02-01"));
        price("traffic", "USD", "9", None);
        price("disk_space", "EUR", "3", None);
        owner.patch(&plan, json!({"properties": {"disk_space": 5_000_000_000_u64, "traffic": 100_000_000_000_u64}})).expect(200);
        let seen = owner.get(&plan).expect(200).json();
        let open: Vec<_> = seen["overuse_prices"].as_array().unwrap().iter().map(|row| [&row["resource"], &row["currency"], &row["unit_price"], &row["valid_from"]].map(|word| word.as_str().unwrap())).collect();
        assert_eq!(open, [["traffic", "EUR", "0.0125", "2026-01-05"], ["traffic", "EUR", "0.5", "2026-02-01"], ["traffic", "USD", "9", "2026-01-05"], ["disk_space", "EUR", "3", "2026-01-05"]]);
        let listed = owner.get("/v1/plans?limit=100").json()["data"].as_array().unwrap().iter().find(|row| row["id"] == seen["id"]).unwrap()["overuse_prices"].clone();
        assert_eq!(listed, seen["overuse_prices"]);
        let catalogue = || {
            let site = shopper(&owner).get("/v1/store/catalog").expect(200).json();
            site["plans"].as_array().unwrap().iter().find(|row| row["slug"] == "starter").unwrap()["overuse"].clone()
        };
        let shown = catalogue();
        assert_eq!((&shown[0]["resource"], &shown[0]["unit_price"], &shown[1]["resource"], &shown[1]["unit_price"]), (&json!("disk_space"), &json!("3"), &json!("traffic"), &json!("0.0125")));
        assert_eq!((shown[1]["unit_size"].as_u64(), shown.as_array().unwrap().len()), (Some(2_500_000_000), 2));
        let text = browser.open(&page).expect(200).main();
        for said in ["Beyond the limits", "Disk space, per 2.5 GB begun€3.00", "Traffic of a month, per 2.5 GB begun€0.0125"] {
            assert!(text.contains(said), "{said} in {text}");
        }
        assert!(!text.contains("€0.50") && !text.contains("€9"), "{text}");
        owner.patch(&plan, json!({"properties": {"disk_space": "unlimited"}})).expect(200);
        price("traffic", "EUR", "0", Some("2026-01-31"));
        assert_eq!(catalogue().as_array().unwrap().len(), 1);
        assert!(!browser.open(&page).expect(200).main().contains("Disk space, per"));
    }

    fn files_are_kept_and_guarded(world) {
        let (owner, browser) = open(world);
        let home = browser.send("GET", &format!("{STORE}/"), None).expect(200);
        assert_eq!(home.headers["cache-control"], "no-cache");
        let policy = home.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!home.headers.contains_key("set-cookie"), "reading sets no cookies");
        let style = home.attributes("link[rel=stylesheet]", "href").remove(0);
        let style = browser.send("GET", &style, None).expect(200);
        assert_eq!((style.headers["content-type"].to_str().unwrap(), style.headers["cache-control"].to_str().unwrap()), ("text/css; charset=utf-8", "public, max-age=31536000, immutable"));
        let etag = home.headers["etag"].to_str().unwrap();
        let again = world.stranger.send("GET", &format!("{STORE}/"), &[("if-none-match", etag)], None);
        assert_eq!((again.status, again.text.as_str()), (304, ""));
        let cart = browser.send("GET", &format!("{STORE}/cart/"), None).expect(200);
        assert_eq!((&cart.headers["cache-control"], cart.headers.contains_key("content-security-policy")), (&"no-store".parse::<ureq::http::HeaderValue>().unwrap(), true));
        for path in ["/stores/north/corner/../../../etc/passwd", "/stores/north/corner/%2e%2e/x", "/stores/north/corner/.corner.next/index.html", "/stores/north/corner/en/nothing/", "/stores/north/corner/xx/cart/"] {
            assert_eq!(browser.send("GET", path, None).status, 404, "{path}");
        }
        assert_eq!(browser.open("/stores/north/corner").expect(200).texts("h1"), ["Corner"]);
        for path in ["/stores/north/none/", "/stores/none/corner/"] {
            assert_eq!(world.stranger.send("GET", path, &[], None).refused(404, "not_found").status, 404);
        }
        let store = list(&owner, "/v1/stores").into_iter().find(|store| store["code"] == "corner").unwrap()["id"].as_str().unwrap().to_string();
        let built = owner.act(&format!("/v1/stores/{store}/build")).expect(200).json();
        assert_eq!((&built["written"], &built["address"]), (&json!(0), &json!("http://127.0.0.1:8080/stores/north/corner/")));
        assert!(built["kept"].as_u64().unwrap() >= 8, "{built}");
        owner.patch(&format!("/v1/stores/{store}"), json!({"is_open": false})).expect(200);
        for path in ["", "cart/", "checkout/"] {
            assert_eq!(browser.open(&format!("{STORE}/{path}")).expect(503).texts("h1"), ["This store is closed for now"]);
        }
        // clients still come in
        browser.open(&format!("{STORE}/account/")).expect(200).at("/sign-in/");
    }

    fn the_catalogue_is_public_by_key(world) {
        let (owner, _) = open(world);
        let shopper = crate::api::orders::shopper(&owner);
        let site = shopper.get("/v1/store/catalog").expect(200).json();
        let plan = &site["plans"][0];
        assert_eq!((&plan["slug"], &plan["name"], &plan["needs_domain"]), (&json!("starter"), &json!({"en": "Starter"}), &json!(true)));
        assert_eq!(plan["prices"][0], json!({"cycle": "1-month", "recurring": {"amount": "10.00", "currency": "EUR"}, "set_up": {"amount": "5.00", "currency": "EUR"}, "offer": null}));
        assert_eq!((&site["store"]["base_path"], &site["add_on_groups"][0]["items"][0]["name"]), (&json!("/stores/north/corner/"), &json!({"en": "1 GB more"})));
        assert_eq!((&site["domains"]["options"], &site["store"]["price_basis"]), (&json!(["register", "use_own"]), &json!("net")));
        owner.get("/v1/store/catalog").refused(401, "wrong_audience");
        // any web site may show it, and load the widgets that do
        for path in ["/v1/store/catalog", "/widgets/comptoir-catalog.js"] {
            let seen = shopper.send("GET", path, &[("origin", "https://blog.example")], None).expect(200);
            assert_eq!(seen.header("access-control-allow-origin"), Some("https://blog.example"), "{path}");
        }
        let seen = owner.send("GET", "/v1/stores", &[("origin", "https://blog.example")], None);
        assert_eq!(seen.header("access-control-allow-origin"), None);
    }

    /// 12.00 a year for a .example, beside 15.00 for the hosting: 27.00, with a fifth 32.40.
    fn a_new_name_is_a_contract_of_its_own(world) {
        let (owner, browser) = open(world);
        let store = list(&owner, "/v1/stores").into_iter().find(|store| store["code"] == "corner").unwrap()["id"].clone();
        let domains = json!({"code": "names", "name": "Domain .example", "kind": "domain", "tlds": ["example"], "store_ids": [store],
            "prices": [{"cycle": "1-year", "currency": "EUR", "recurring": {"amount": "12.00", "currency": "EUR"}}]});
        let id = owner.post("/v1/plans", domains).expect(201).text("/id");
        owner.act(&format!("/v1/plans/{id}/activate")).expect(200);
        let page = browser.open(&format!("{STORE}/domains/")).expect(200);
        assert!(page.main().contains(".example") && page.main().contains("€12.00"), "{}", page.main());
        let plan = browser.open(&format!("{STORE}/plans/starter/")).expect(200);
        let search = browser.submit(&plan.form("/cart/add").with("cycle", "1-month")).expect(200);
        let found = browser.submit(&search.form("/domains/search").with("want", "register").with("name", "bakery")).expect(200);
        assert!(found.main().contains("bakery.example") && found.main().contains("We check it when you order"), "{}", found.main());
        let cart = browser.submit(&found.form("/cart/domain")).expect(200).at("/cart/");
        assert_eq!(cart.texts("ul.lines h2"), ["Starter", "Domain .example"]);
        assert_eq!(sum(&cart), ["€27.00", "€5.40", "€32.40"]);
        // one line of the cart: removed together
        let empty = browser.submit(&cart.form("/cart/remove")).expect(200);
        assert!(empty.texts("ul.lines h2").is_empty());
        // and a name alone
        let found = browser.open(&format!("{STORE}/domains/search?want=register&name=alone.example")).expect(200);
        let cart = browser.submit(&found.form("/cart/domain")).expect(200).at("/cart/");
        assert_eq!((cart.texts("ul.lines h2"), sum(&cart)), (vec!["Domain .example".to_string()], vec!["€12.00".into(), "€2.40".into(), "€14.40".into()]));
    }
}
