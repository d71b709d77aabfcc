//! What gateways post to us: changed on its way it is refused, or means what it meant; odd things that the gateway itself has
//! sealed are read or refused.

use crate::change::{JSON, Soil, change, changed};
use crate::hold::{Said, alone, hold};
use crate::house::{Bench, House, noon, request};
use comptoir_connectors::payment::fake::{self, ALWAYS_GOOD, FakeGateway, Settings};
use comptoir_connectors::payment::{Callback, DisputeState, PaymentEvent, PaymentGateway, PaymentSource, Take};
use comptoir_connectors::{ConnectorError, Kind};
use comptoir_simulators::{
    authorizenet, axerve, bluepay, paypal, paypal_standard, redsys, sips, stripe, worldpay, worldpay_xml,
};
use fastrand::Rng;

type Read = Result<Option<PaymentEvent>, ConnectorError>;

fn verify<H: House>(bench: &Bench<H>, callback: &Callback) -> Read {
    bench.wait(bench.gateway.callbacks().unwrap().verify(callback, noon()))
}

/// Something is paid; what is posted about it.
fn genuine<H: House>(bench: &Bench<H>) -> Vec<(Callback, PaymentEvent)> {
    let [_, source] = bench.there.with(|there| there.inner.means());
    let asked = request(source, H::CURRENCY, Take::Now);
    let payment = bench.wait(bench.gateway.start(&asked)).unwrap();
    let mut told = bench.there.with(|there| there.inner.told(&payment));
    // the first look may take a payment further
    told.iter().for_each(|callback| drop(verify(bench, callback)));
    told.extend(bench.there.with(|there| there.inner.later(&payment)));
    let read = |callback: Callback| Some((callback.clone(), verify(bench, &callback).unwrap()?));
    told.into_iter().filter_map(read).collect()
}

fn written(callback: &Callback) -> Vec<u8> {
    let headers: String = callback.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    [format!("POST /?{}\n{headers}\n", callback.query).as_bytes(), &callback.body].concat()
}

/// Changes what was posted: its body, its address or one of its headers.
fn forged(chance: &mut Rng, callback: &Callback, soil: &Soil<'_>) -> Callback {
    let mut callback = callback.clone();
    let text = |chance: &mut Rng, text: &str| {
        String::from_utf8_lossy(&change(chance, text.as_bytes().to_vec(), soil)).into_owned()
    };
    let at = chance.usize(..8);
    if callback.body.is_empty() || at == 7 {
        callback.query = text(chance, &callback.query);
    } else if let Some((_, value)) = callback.headers.get_mut(at) {
        *value = text(chance, value);
    } else {
        callback.body = change(chance, callback.body, soil);
    }
    callback
}

fn callbacks<H: House>(cases: u64) {
    let _turn = alone();
    for (way, settings) in H::WAYS.iter().enumerate() {
        let bench = Bench::<H>::new(settings);
        let genuine = genuine(&bench);
        assert!(!genuine.is_empty(), "{} tells nothing", H::CODE);
        let bodies: Vec<Vec<u8>> = genuine.iter().map(|(it, _)| [it.query.as_bytes(), &it.body].concat()).collect();
        let soil = Soil { seeds: &bodies, marks: H::MARKS.0 };
        let make = |chance: &mut Rng| {
            let (callback, event) = chance.choice(&genuine).unwrap();
            (forged(chance, callback, &soil), event)
        };
        let name = |what: &str| format!("{}{way}_{what}", H::CODE);
        hold(
            &name("forged"),
            cases,
            make,
            |(callback, _)| written(callback),
            |(callback, event)| {
                let read = verify(&bench, callback);
                check::<H>(&bench, callback, event, &read);
                Said::of(read)
            },
        );
        let inside: Vec<_> =
            genuine.iter().map(|(callback, _)| bench.there.with(|there| there.inner.inside(callback))).collect();
        let soil = Soil { seeds: &inside, marks: H::MARKS.0 };
        hold(
            &name("sealed"),
            cases / 2,
            |chance| changed(chance, &soil),
            Vec::clone,
            |inside| {
                let callback = bench.there.with(|there| there.inner.seal(inside.clone()));
                Said::of(verify(&bench, &callback))
            },
        );
    }
}

/// A call that was changed on its way tells what it told, or is refused for good.
fn check<H: House>(bench: &Bench<H>, callback: &Callback, event: &PaymentEvent, read: &Read) {
    match read {
        Ok(Some(read)) if read == event => {}
        Ok(None) if H::ONLY_NAMES => {}
        Ok(read) => {
            let may = bench.there.with(|there| there.inner.has_password(callback));
            assert!(may, "taken for genuine: {read:?} in the place of {event:?}");
        }
        Err(error) => {
            let for_good = matches!(error.kind, Kind::Auth | Kind::InvalidRequest);
            assert!(for_good, "to be posted again: {error:?}");
        }
    }
}

macro_rules! each {
    ($($name:ident = $house:ty, $cases:literal;)+) => { $(
        #[test]
        fn $name() {
            callbacks::<$house>($cases);
        }
    )+ };
}

each! {
    stripe_callbacks = stripe::Stripe, 150;
    paypal_callbacks = paypal::PayPal, 100;
    paypal_notifications = paypal_standard::Judge, 100;
    authorizenet_callbacks = authorizenet::AuthorizeNet, 150;
    redsys_notifications = redsys::Redsys, 150;
    sips_responses = sips::Sips, 150;
    axerve_notices = axerve::Axerve, 100;
    bluepay_notifications = bluepay::BluePay, 150;
    worldpay_responses = worldpay::Worldpay, 200;
    worldpay_xml_notifications = worldpay_xml::WorldpayXml, 100;
}

/// The gateway of demonstrations signs like others do.
#[test]
fn fake_callbacks() {
    let _turn = alone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into(),
        page: "https://shop.example/fake".into(),
        latency: std::time::Duration::ZERO,
        callback_delay: chrono::TimeDelta::seconds(30),
    };
    let secret = settings.secret.clone();
    let gateway = FakeGateway::open(&folder.path().join("book"), settings).unwrap();
    let asked = request(PaymentSource::Saved(ALWAYS_GOOD.into()), "EUR", Take::Now);
    let paid = runtime.block_on(gateway.start(&asked)).unwrap();
    runtime.block_on(gateway.dispute(&paid.reference, DisputeState::Opened, noon())).unwrap();
    let genuine = runtime.block_on(gateway.pending_callbacks(noon())).unwrap().remove(0).callback;
    let read = |callback: &Callback| fake::verify(&secret, callback, noon());
    let event = read(&genuine).unwrap();
    let bodies = vec![genuine.body.clone()];
    let soil = Soil { seeds: &bodies, marks: JSON };
    hold(
        "fake_forged",
        150,
        |chance| forged(chance, &genuine, &soil),
        written,
        |callback| {
            let read = read(callback);
            assert!(
                read.as_ref().is_err_and(|error| error.kind == Kind::Auth) || read.as_ref() == Ok(&event),
                "{read:?}"
            );
            Said::of(read)
        },
    );
    hold(
        "fake_sealed",
        75,
        |chance| changed(chance, &soil),
        Vec::clone,
        |inside| Said::of(read(&fake::sign(&secret, &event.id, noon(), inside.clone()).unwrap())),
    );
}
