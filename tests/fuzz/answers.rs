//! What gateways answer to our calls: one answer of a call is changed on its way. What comes of it is a payment or an error.

use crate::hold::{Said, alone, hold};
use crate::house::{Bench, House, noon, request};
use comptoir_connectors::ConnectorError;
use comptoir_connectors::payment::{
    CaptureRequest, Entry, KeepRequest, Kept, Outcome, Payment, PaymentRequest, PaymentSource, Reference,
    RefundRequest, Take,
};
use comptoir_domain::Money;
use comptoir_simulators::{
    authorizenet, axerve, bluepay, fiserv, paypal, paypal_standard, redsys, sips, stripe, worldpay, worldpay_xml,
};
use fastrand::Rng;

/// What is asked of a gateway when its line becomes bad.
#[derive(Clone, Copy, Debug)]
enum Ask {
    Start,
    Page,
    Fetch,
    Refund,
    Capture,
    Void,
    Keep,
    Finish,
    Verify,
}

const ASKS: &[Ask] = &[
    Ask::Start,
    Ask::Start,
    Ask::Page,
    Ask::Fetch,
    Ask::Fetch,
    Ask::Refund,
    Ask::Capture,
    Ask::Void,
    Ask::Keep,
    Ask::Finish,
    Ask::Verify,
];

/// A case: what is asked, which of the answers is changed, and how.
type Case = (Ask, u8, u64);

fn make(chance: &mut Rng) -> Case {
    // most calls get one or two answers
    let which = [0, 0, 0, 1, 1, 2, 3][chance.usize(..7)];
    (*chance.choice(ASKS).unwrap(), which, chance.u64(..))
}

/// Something that is there already when the line becomes bad.
struct Before {
    asked: PaymentRequest,
    payment: Payment,
}

impl Before {
    fn capture(&self) -> CaptureRequest {
        let amount = Money::parse("10.00", self.asked.amount.currency()).unwrap();
        CaptureRequest { payment: self.asked.begun(self.payment.gateway_id.clone()), amount, at: noon() }
    }

    fn refund(&self) -> RefundRequest {
        let CaptureRequest { payment, amount, at } = self.capture();
        RefundRequest { reference: Reference::new("back").unwrap(), payment, amount, at }
    }
}

fn before<H: House>(bench: &Bench<H>, take: Take) -> Before {
    let [source, _] = bench.there.with(|there| there.inner.means());
    let asked = request(source, H::CURRENCY, take);
    let mut payment = bench.wait(bench.gateway.start(&asked)).unwrap();
    if let (Outcome::ActionNeeded(_), Some(callbacks)) = (&payment.outcome, bench.gateway.callbacks()) {
        let told = bench.there.with(|there| there.inner.told(&payment));
        payment = bench.wait(callbacks.verify(&told[0], noon())).unwrap().unwrap().payment;
    }
    Before { asked, payment }
}

fn keep<H: House>(source: PaymentSource) -> KeepRequest {
    let PaymentRequest { reference, source, payer, return_to, .. } = request(source, H::CURRENCY, Take::Now);
    KeepRequest { reference, source, payer, return_to, at: noon() }
}

fn said<T: std::fmt::Debug>(answer: Option<Result<T, ConnectorError>>) -> Said {
    answer.map_or_else(|| Said::Refused("it cannot".into()), Said::of)
}

fn ask<H: House>(bench: &mut Bench<H>, (ask, which, seed): Case) -> Said {
    bench.again();
    let bench = &*bench;
    let gateway = &bench.gateway;
    let bad = || bench.there.with(|there| there.next = Some((which, seed)));
    let means = || bench.there.with(|there| there.inner.means());
    match ask {
        Ask::Start | Ask::Page => {
            let source = if matches!(ask, Ask::Page) { PaymentSource::HostedPage } else { means()[0].clone() };
            let asked = request(source, H::CURRENCY, Take::Now);
            bad();
            Said::of(bench.wait(gateway.start(&asked)))
        }
        Ask::Fetch => {
            let before = before(bench, Take::Now);
            let begun = before.asked.begun(before.payment.gateway_id.filter(|_| seed % 4 > 0));
            bad();
            said(gateway.lookup().map(|lookup| bench.wait(lookup.fetch(&begun, noon()))))
        }
        Ask::Refund => {
            let before = before(bench, Take::Now).refund();
            bad();
            said(gateway.refunds().map(|refunds| bench.wait(refunds.refund(&before))))
        }
        Ask::Capture | Ask::Void if gateway.captures().is_none() => Said::Refused("it cannot".into()),
        Ask::Capture => {
            let before = before(bench, Take::Reserve).capture();
            bad();
            said(gateway.captures().map(|captures| bench.wait(captures.capture(&before))))
        }
        Ask::Void => {
            let before = before(bench, Take::Reserve).capture().payment;
            bad();
            said(gateway.voids().map(|voids| bench.wait(voids.void(&before, noon()))))
        }
        Ask::Keep => {
            let [source, _] = means();
            bad();
            said(gateway.vault().map(|vault| bench.wait(vault.keep(&keep::<H>(source)))))
        }
        Ask::Finish => {
            let Some(vault) = gateway.vault().filter(|vault| vault.keeps().contains(&Entry::Page)) else {
                return Said::Refused("it cannot".into());
            };
            let kept = bench.wait(vault.keep(&keep::<H>(PaymentSource::HostedPage))).unwrap();
            let Kept::ActionNeeded { handle, .. } = kept else { return Said::Refused("nobody is asked".into()) };
            bad();
            Said::of(bench.wait(vault.finish(&handle.into(), noon())))
        }
        Ask::Verify => {
            let Some(callbacks) = gateway.callbacks() else { return Said::Refused("it cannot".into()) };
            let [_, source] = means();
            let payment = bench.wait(gateway.start(&request(source, H::CURRENCY, Take::Now))).unwrap();
            let told = bench.there.with(|there| there.inner.told(&payment));
            bad();
            Said::of(bench.wait(callbacks.verify(&told[0], noon())))
        }
    }
}

/// After so many calls it begins anew: what was asked is kept.
const MOST_CALLS: usize = 5_000;

fn answers<H: House>(cases: u64) {
    let _turn = alone();
    for (way, settings) in H::WAYS.iter().enumerate() {
        let mut bench = Bench::<H>::new(settings);
        let mut changed = 0;
        hold(
            &format!("{}{way}_answers", H::CODE),
            cases,
            make,
            |case| format!("{case:?}").into_bytes(),
            |case| {
                if bench.there.asked().len() > MOST_CALLS {
                    bench = Bench::new(settings);
                }
                let said = ask(&mut bench, *case);
                changed += bench.there.with(|there| std::mem::take(&mut there.changed));
                said
            },
        );
        assert!(changed > cases / 40, "{}: {changed} answers were changed", H::CODE);
    }
}

macro_rules! each {
    ($($name:ident = $house:ty, $cases:literal;)+) => { $(
        #[test]
        fn $name() {
            answers::<$house>($cases);
        }
    )+ };
}

each! {
    stripe_answers = stripe::Stripe, 80;
    paypal_answers = paypal::PayPal, 60;
    paypal_standard_answers = paypal_standard::Judge, 30;
    authorizenet_answers = authorizenet::AuthorizeNet, 80;
    redsys_answers = redsys::Redsys, 60;
    sips_answers = sips::Sips, 60;
    axerve_answers = axerve::Axerve, 80;
    bluepay_answers = bluepay::BluePay, 60;
    worldpay_answers = worldpay::Worldpay, 40;
    worldpay_xml_answers = worldpay_xml::WorldpayXml, 80;
    fiserv_answers = fiserv::Fiserv, 80;
}
