//! What every scorer has to pass that scores `score-N@…` by N.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a suite of assertions")]

use super::{Billing, CartLine, FraudScreen, Question, Report};
use comptoir_domain::Money;
use comptoir_domain::fraud::FraudTag;

/// An order of someone with that mail address.
pub fn question(transaction: &str, mail: &str) -> Question {
    Question {
        transaction: transaction.into(),
        shop: "sto_1".into(),
        account: "cli_1".into(),
        at: "2028-02-29T12:00:00Z".parse().unwrap(),
        ip: "203.0.113.9".parse().ok(),
        mail: mail.into(),
        billing: Billing {
            first_name: "Anna".into(),
            last_name: "Ünal".into(),
            company: String::new(),
            line1: "1 Main Street".into(),
            line2: String::new(),
            city: "Lyon".into(),
            region: String::new(),
            country: "FR".parse().unwrap(),
            postal_code: "69001".into(),
            phone: "+33 1 23 45 67 89".into(),
        },
        gateway: "stripe".into(),
        card: None,
        amount: Money::parse("12.10", "EUR".parse().unwrap()).unwrap(),
        coupon: None,
        cart: vec![CartLine { category: "hosting".into(), item: "starter".into() }],
        domain: Some("anna.example".into()),
        account_days: 0,
    }
}

/// Runs everything.
pub async fn fraud_screen(screen: &dyn FraudScreen) {
    screen.probe().await.unwrap();
    for score in ["0.01", "9.99", "75", "99"] {
        let asked = question(&format!("ord_{score}"), &format!("score-{score}@shop.example"));
        let (first, again) = (screen.score(&asked).await.unwrap(), screen.score(&asked).await.unwrap());
        assert_eq!(first.score.to_string(), score);
        // the same question, asked again, is the same question
        assert_eq!((first.score, &first.request_digest), (again.score, &again.request_digest));
        assert_eq!(first.request_digest.len(), 64);
        let other = question("ord_other", &format!("score-{score}@shop.example"));
        assert_ne!(screen.score(&other).await.unwrap().request_digest, first.request_digest);
        for tag in FraudTag::ALL {
            let report = Report { tag: *tag, scored: first.id.clone(), notes: "by hand".into() };
            screen.report(&report).await.unwrap();
        }
    }
    // nothing is known but what is required
    let bare = Question {
        ip: None,
        cart: Vec::new(),
        domain: None,
        billing: Billing { phone: String::new(), city: String::new(), ..question("", "").billing },
        ..question("ord_bare", "score-5@shop.example")
    };
    assert_eq!(screen.score(&bare).await.unwrap().score.to_string(), "5");
    let unknown = Report { tag: FraudTag::NotFraud, scored: "never given".into(), notes: String::new() };
    assert!(screen.report(&unknown).await.is_err());
}
