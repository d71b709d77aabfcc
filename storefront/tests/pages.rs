//! Every page, looked at as a browser and a screen reader would: structure, labels, escaping, weight, and the build.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the functions here are parts of tests"
)]

#[path = "../demo/pages.rs"]
mod demo;

use comptoir_domain::Locale;
use comptoir_storefront::{Shop, StoreSite, StorefrontError, site::*};
use scraper::{ElementRef, Html, Selector};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn text(element: ElementRef) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// A site in a temporary folder: the folder, the output, and the result of the build.
fn build(site: StoreSite) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("site");
    Shop::new(site, None).unwrap().build(&out).unwrap();
    (folder, out)
}

/// Static pages and shopper's pages of all languages: where, language, HTML.
fn all_pages(site: StoreSite) -> Vec<(String, Locale, String)> {
    let (_folder, out) = build(site.clone());
    let shop = Shop::new(site, None).unwrap();
    let mut pages = Vec::new();
    for &locale in &shop.site().store.locales {
        for path in files(&out.join(locale.as_str())) {
            pages.push((path.display().to_string(), locale, fs::read_to_string(&path).unwrap()));
        }
        for (name, page) in demo::shopper_pages(&shop, locale).unwrap() {
            pages.push((format!("{locale} {name}"), locale, page));
        }
    }
    assert!(pages.len() > 50, "{}", pages.len());
    pages
}

#[test]
fn every_page_has_the_bones_of_a_good_page() {
    for (name, locale, html) in all_pages(demo::site()) {
        let page = Html::parse_document(&html);
        assert_eq!(select(&page, "h1").len(), 1, "{name}: one h1");
        assert_eq!(select(&page, "html")[0].attr("lang"), Some(locale.as_str()), "{name}");
        let title = text(select(&page, "title")[0]);
        assert!(title.ends_with("· Quayside") && title.len() > 12, "{name}: {title}");
        for landmark in ["header", "main#content", "footer", "nav[aria-label]", "a.skip[href='#content']"] {
            assert!(!select(&page, landmark).is_empty(), "{name}: {landmark}");
        }
        let ids: Vec<_> = select(&page, "[id]").iter().filter_map(|element| element.attr("id")).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{name}: an id twice in {ids:?}");
        let mut level = 0;
        for heading in select(&page, "h1, h2, h3, h4") {
            let next = heading.value().name()[1..].parse::<u32>().unwrap();
            assert!(next <= level + 1, "{name}: h{next} after h{level}");
            level = next;
        }
    }
}

#[test]
fn every_field_has_a_label_and_every_reference_a_target() {
    for (name, _, html) in all_pages(demo::site()) {
        let page = Html::parse_document(&html);
        for field in select(&page, "input:not([type=hidden]), select, textarea") {
            let inside = field.ancestors().filter_map(ElementRef::wrap).any(|parent| parent.value().name() == "label");
            let labelled = field.attr("id").is_some_and(|id| !select(&page, &format!("label[for='{id}']")).is_empty());
            assert!(inside || labelled, "{name}: {}", field.html());
        }
        for element in select(&page, "[aria-describedby], [aria-labelledby]") {
            for attribute in ["aria-describedby", "aria-labelledby"] {
                for id in element.attr(attribute).unwrap_or_default().split_whitespace() {
                    assert!(!select(&page, &format!("[id='{id}']")).is_empty(), "{name}: nothing is called {id}");
                }
            }
        }
        for link in select(&page, ".errors a") {
            let id = link.attr("href").unwrap().trim_start_matches('#').to_string();
            assert!(!select(&page, &format!("[id='{id}']")).is_empty(), "{name}: no field {id}");
        }
        for button in select(&page, "button, a") {
            assert!(!text(button).is_empty() || !select(&page, "a > img[alt]").is_empty(), "{name}: {}", button.html());
        }
    }
}

#[test]
fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
    for (name, _, html) in all_pages(demo::site()) {
        let page = Html::parse_document(&html);
        assert!(select(&page, "style, [style], iframe, base").is_empty(), "{name}");
        for script in select(&page, "script") {
            let external = script.attr("src").is_some_and(|src| src.starts_with("/assets/"));
            assert!(external || script.attr("type") == Some("application/ld+json"), "{name}: {}", script.html());
        }
        for element in select(&page, "*") {
            for (attribute, value) in element.value().attrs() {
                assert!(!attribute.starts_with("on"), "{name}: {attribute}");
                assert!(!value.trim().to_lowercase().starts_with("javascript:"), "{name}: {value}");
            }
        }
        // but to a gateway, and that by its own page
        for form in select(&page, "form") {
            let away = form.attr("data-leave").is_some() && name.ends_with(" leave");
            let place = form.attr("action").unwrap_or_default();
            assert!(place.starts_with(if away { "https://" } else { "/" }), "{name}: {}", form.html());
        }
    }
}

/// Forms that change something for a shopper carry the token; those of static pages cannot and need not, and those that
/// are sent to somebody else must not.
#[test]
fn forms_that_change_something_carry_the_token() {
    for (name, _, html) in all_pages(demo::site()) {
        let page = Html::parse_document(&html);
        for form in select(&page, "form[method=post]") {
            let action = form.attr("action").unwrap();
            let open = action.ends_with("cart/add") || action.ends_with("cart/domain");
            let token = form.select(&Selector::parse("input[name=csrf]").unwrap()).next();
            if form.attr("data-leave").is_some() {
                assert!(token.is_none(), "{name}: {action}");
                continue;
            }
            assert!(open || token.is_some_and(|token| token.attr("value") == Some("token")), "{name}: {action}");
        }
    }
}

#[test]
fn links_between_static_pages_lead_somewhere() {
    let (_folder, out) = build(demo::site());
    for path in files(&out).into_iter().filter(|path| path.extension().is_some_and(|end| end == "html")) {
        let html = fs::read_to_string(&path).unwrap();
        let page = Html::parse_document(&html);
        for link in select(&page, "a[href], link[href], script[src]") {
            let href = link.attr("href").or(link.attr("src")).unwrap();
            let target = href.trim_start_matches("https://quayside.example");
            let dynamic = ["cart/", "account/", "checkout/"].iter().any(|part| target.contains(part));
            if !target.starts_with('/') || dynamic {
                continue;
            }
            let file = out.join(target.trim_start_matches('/').split('#').next().unwrap());
            let file = if target.split('#').next().unwrap().ends_with('/') { file.join("index.html") } else { file };
            assert!(file.is_file(), "{}: {href}", path.display());
        }
    }
    let map = fs::read_to_string(out.join("sitemap.xml")).unwrap();
    // two languages of home, three plans, domains, three legal texts
    assert_eq!(map.matches("<loc>").count(), 2 * (1 + 3 + 1 + 3));
    assert!(
        fs::read_to_string(out.join("robots.txt")).unwrap().contains("Sitemap: https://quayside.example/sitemap.xml")
    );
}

#[test]
fn hostile_names_stay_text() {
    const HOSTILE: &str = "</script><script>alert('1')</script>\"' onload=x &amp;";
    let mut site = demo::site();
    let wicked = StoreText::new(site.store.locale, HOSTILE);
    site.store.name = HOSTILE.into();
    site.store.headline = wicked.clone();
    site.store.contact.company = HOSTILE.into();
    site.plans[0].name = wicked.clone();
    site.plans[0].summary = wicked.clone();
    site.plans[0].features[0].label = wicked.clone();
    site.add_on_groups[0].items[0].name = wicked;
    let (_folder, out) = build(site);
    for path in files(&out).into_iter().filter(|path| path.extension().is_some_and(|end| end == "html")) {
        let html = fs::read_to_string(&path).unwrap();
        assert!(!html.contains("<script>"), "{}", path.display());
        let page = Html::parse_document(&html);
        assert!(select(&page, "[onload]").is_empty() && select(&page, "script").len() <= 2, "{}", path.display());
    }
    let page = Html::parse_document(&fs::read_to_string(out.join("en-US/plans/starter/index.html")).unwrap());
    assert_eq!(select(&page, "h1")[0].text().collect::<String>(), HOSTILE);
    let data: serde_json::Value =
        serde_json::from_str(&select(&page, "script[type='application/ld+json']")[0].inner_html()).unwrap();
    assert_eq!(data["name"], HOSTILE);
}

/// 14.90 a month with 9.00 set-up; 149.00 a year, 119.00 with the offer.
#[test]
fn prices_are_written_as_the_language_does() {
    let (_folder, out) = build(demo::site());
    let page = |locale: &str| {
        Html::parse_document(&fs::read_to_string(out.join(locale).join("plans/business/index.html")).unwrap())
    };
    let prices =
        |page: &Html| select(page, "input[name=cycle] ~ .option-price").into_iter().map(text).collect::<Vec<_>>();
    assert_eq!(prices(&page("en-US")), ["€14.90", "€42.00", "Before: €149.00 Now: €119.00", "€269.00"]);
    assert_eq!(prices(&page("fr-FR"))[0].replace('\u{a0}', " "), "14,90 €");
    let english = page("en-US");
    let cycles = select(&english, "input[name=cycle]");
    // 14.90 + 9.00 first, then 14.90; 119.00 with the offer that lasts one year, then 149.00
    let units = |at: usize| [cycles[at].attr("data-now"), cycles[at].attr("data-then")];
    assert_eq!(units(0), [Some("2390"), Some("1490")]);
    assert_eq!(units(2), [Some("11900"), Some("14900")]);
    let data: serde_json::Value =
        serde_json::from_str(&select(&english, "script[type='application/ld+json']")[0].inner_html()).unwrap();
    assert_eq!(data["offers"][2]["price"], "119.00");
}

#[test]
fn pages_are_light() {
    let (_folder, out) = build(demo::site());
    let assets: u64 = files(&out.join("assets")).iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    for path in files(&out).into_iter().filter(|path| path.extension().is_some_and(|end| end == "html")) {
        let weight = fs::metadata(&path).unwrap().len() + assets;
        assert!(weight <= 30_000, "{}: {weight} bytes with style, script and icon, before compression", path.display());
    }
}

#[test]
fn building_twice_touches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("site");
    let first = Shop::new(demo::site(), None).unwrap().build(&out).unwrap();
    let times =
        |out: &Path| files(out).iter().map(|path| fs::metadata(path).unwrap().modified().unwrap()).collect::<Vec<_>>();
    let before = times(&out);
    let second = Shop::new(demo::site(), None).unwrap().build(&out).unwrap();
    assert_eq!((second.written, second.kept), (0, first.written));
    assert_eq!(times(&out), before);

    let mut site = demo::site();
    site.plans[0].summary = StoreText::new(site.store.locale, "Another sentence.");
    let third = Shop::new(site, None).unwrap().build(&out).unwrap();
    // the plan and the home page in two languages, and the home page at the root
    assert_eq!((third.written, third.kept), (5, first.written - 5));
}

#[test]
fn names_of_assets_follow_their_content() {
    let names = |site| {
        files(&build(site).1.join("assets"))
            .iter()
            .map(|path| path.file_name().unwrap().to_owned())
            .collect::<BTreeSet<_>>()
    };
    let plain = names(demo::site());
    let mut site = demo::site();
    site.store.colours.insert("accent".into(), "#7a1fa2".into());
    let own = names(site);
    assert_eq!(plain.difference(&own).count(), 1, "the style sheet alone differs");
    assert_eq!(plain, names(demo::site()));
}

#[test]
fn the_sellers_folder_comes_first() {
    let own = tempfile::tempdir().unwrap();
    for folder in ["templates/parts", "themes", "locales", "assets"] {
        fs::create_dir_all(own.path().join(folder)).unwrap();
    }
    let put = |path: &str, text: &str| fs::write(own.path().join(path), text).unwrap();
    put("templates/parts/footer.html", "<footer>{{ store.name }} {{ asset('photo.svg') }}</footer>");
    put(
        "templates/legal.html",
        "{% extends \"base.html\" %}{% block title %}x{% endblock %}{% block content %}<h1>Own</h1>{% endblock %}",
    );
    put("themes/own.css", "@layer theme{:root{--accent:#123456}}");
    put("locales/en-US.json", r#"{"nav.cart":"Basket"}"#);
    put("assets/own.css", "body{letter-spacing:1px}");
    put("assets/photo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    let mut site = demo::site();
    site.store.theme = "own".into();
    let out = own.path().join("site");
    Shop::new(site.clone(), Some(own.path())).unwrap().build(&out).unwrap();
    let home = fs::read_to_string(out.join("en-US/index.html")).unwrap();
    assert!(home.contains("<footer>Quayside /assets/photo-") && home.contains("Basket"), "{home}");
    assert!(fs::read_to_string(out.join("fr-FR/index.html")).unwrap().contains("Panier"));
    assert!(fs::read_to_string(out.join("en-US/legal/terms/index.html")).unwrap().contains("<h1>Own</h1>"));
    let style =
        files(&out.join("assets")).into_iter().find(|path| path.extension().is_some_and(|end| end == "css")).unwrap();
    let css = fs::read_to_string(style).unwrap();
    assert!(css.contains("--accent:#123456") && css.trim_end().ends_with("body{letter-spacing:1px}"));
    assert!(matches!(Shop::new(site, None), Err(StorefrontError::UnknownTheme(name)) if name == "own"));
}

/// A template that never ends is stopped, and one cannot read files outside of its folder.
#[test]
fn own_templates_are_kept_in_bounds() {
    let own = tempfile::tempdir().unwrap();
    fs::create_dir_all(own.path().join("templates")).unwrap();
    fs::write(own.path().join("secret.html"), "secret").unwrap();
    for source in [
        "{% for a in range(9999) %}{% for b in range(9999) %}{{ a }}{% endfor %}{% endfor %}",
        "{% include '../secret.html' %}",
        "{% include '/etc/hostname' %}",
    ] {
        fs::write(own.path().join("templates/home.html"), source).unwrap();
        let result = Shop::new(demo::site(), Some(own.path())).unwrap().build(&own.path().join("site"));
        assert!(matches!(result, Err(StorefrontError::Template(_))), "{source}");
    }
    assert!(!own.path().join("site").exists());
}

#[test]
fn both_landings_and_all_themes_show_every_plan() {
    for (landing, class) in [(Landing::Column, "ul.columns"), (Landing::Row, "ul.rows")] {
        for theme in ["light", "warm", "dark"] {
            let mut site = demo::site();
            (site.store.landing, site.store.theme) = (landing, theme.into());
            let (_folder, out) = build(site);
            let page = Html::parse_document(&fs::read_to_string(out.join("en-US/index.html")).unwrap());
            assert_eq!(select(&page, &format!("{class} > li")).len(), 3);
        }
    }
}

#[test]
fn a_wrong_site_is_refused_with_every_finding() {
    let mut site = demo::site();
    site.store.origin = "https://quayside.example/shop".into();
    site.store.base_path = "shop".into();
    site.store.colours.insert("accent".into(), "red;}".into());
    site.plans[1].slug = site.plans[0].slug.clone();
    site.plans[2].prices[0].recurring = comptoir_domain::Money::zero("USD".parse().unwrap());
    let Err(StorefrontError::Site(problem)) = Shop::new(site, None) else { panic!("it was taken") };
    let places: BTreeSet<_> = problem.fields.iter().map(|field| field.pointer.as_str()).collect();
    let want = ["/plans", "/plans/2/prices/0", "/store/base_path", "/store/colours/accent", "/store/origin"];
    assert_eq!(places, BTreeSet::from(want));
}

#[test]
fn the_site_value_survives_json() {
    let site = demo::site();
    let json = serde_json::to_string(&site).unwrap();
    assert_eq!(serde_json::from_str::<StoreSite>(&json).unwrap(), site);
}
