//! What every gateway that keeps methods by themselves has to pass.

use super::{Client, Subject, Trouble, is, name, noon, payer};
use crate::error::{Kind, Retry};
use crate::payment::{KeepRequest, Kept, PaymentRequest, PaymentSource, Presence, SavedMethod, Vault};

/// Keeping what can be kept, with a client who can be sent to a page.
pub fn keep(reference: &str, source: PaymentSource) -> KeepRequest {
    let return_to = "https://shop.example/account/".into();
    KeepRequest { reference: name(reference), source, payer: payer(), return_to, at: noon() }
}

/// What was kept at once.
pub fn saved(kept: Kept) -> SavedMethod {
    let Kept::Saved(saved) = kept else { panic!("{kept:?}") };
    saved
}

/// What is kept without a payment, and with one, is charged by its token when nobody is there; forgotten twice is forgotten.
/// What cannot be kept is not.
pub(super) async fn kept_methods(subject: &Subject<'_>, vault: &dyn Vault) {
    let keeps = |source: &PaymentSource| source.entry().is_some_and(|entry| vault.keeps().contains(&entry));
    for source in [PaymentSource::Token("tok".into()), PaymentSource::HostedPage, PaymentSource::Offline] {
        if !keeps(&source) {
            is(vault.keep(&keep("unfit", source)).await, Kind::InvalidRequest, Retry::Never);
        }
    }
    if let Some(works) = subject.works.as_ref().filter(|works| keeps(works)) {
        let kept = saved(vault.keep(&keep("keep", works.clone())).await.unwrap());
        let paid = PaymentRequest { save: true, ..subject.request("and-keep", "9.00", works.clone()) };
        let with_payment = subject.gateway.start(&paid).await.unwrap().saved.unwrap();
        let shown = |of: &SavedMethod| (of.label.clone(), of.kind, of.brand.clone(), of.last_four.clone());
        assert_eq!(shown(&with_payment), shown(&kept));
        assert!(kept.last_four.is_none_or(|four| kept.label.ends_with(&four)));
        charged_alone(subject, "by-token-2", &with_payment.token).await;
        charged_alone(subject, "by-token", &kept.token).await;
        vault.forget(&kept.token.clone().into(), noon()).await.unwrap();
        vault.forget(&kept.token.into(), noon()).await.unwrap();
    }
    if let Some(client) = subject.page {
        let page = Some(PaymentSource::HostedPage).filter(keeps);
        for (source, prefix) in [(page, "page"), (subject.confirmed.clone(), "card")] {
            let Some(source) = source else { continue };
            kept_with_client(subject, vault, client, source, prefix).await;
        }
    }
}

/// Nobody is there, and it is paid.
async fn charged_alone(subject: &Subject<'_>, reference: &str, token: &str) {
    let source = PaymentSource::Saved(token.to_string().into());
    let by_token = PaymentRequest { presence: Presence::Nobody, ..subject.request(reference, "80.00", source) };
    assert!(subject.gateway.start(&by_token).await.unwrap().is_taken());
}

/// What the client has to agree to waits for him, and is kept when he has. Whoever asks again hears the same.
async fn kept_with_client(
    subject: &Subject<'_>,
    vault: &dyn Vault,
    client: &dyn Client,
    source: PaymentSource,
    prefix: &str,
) {
    for (word, agreed) in [("yes", true), ("no", false)] {
        let asked = keep(&format!("keep-{prefix}-{word}"), source.clone());
        let waits = vault.keep(&asked).await.unwrap();
        assert_eq!(vault.keep(&asked).await.unwrap(), waits);
        let Kept::ActionNeeded { handle, action } = &waits else { panic!("{waits:?}") };
        let handle = handle.clone().into();
        assert_eq!(vault.finish(&handle, noon()).await.unwrap(), waits);
        client.confirm(action, agreed, noon()).await;
        if subject.trouble.is_some() {
            subject.meet(Trouble::LostBefore);
            is(vault.finish(&handle, noon()).await, Kind::Unavailable, Retry::Safe);
        }
        let told = vault.finish(&handle, noon()).await;
        assert_eq!(vault.finish(&handle, noon()).await, told);
        match told {
            Ok(Kept::Saved(saved)) => {
                assert!(agreed);
                charged_alone(subject, &format!("kept-{prefix}"), &saved.token).await;
            }
            // some hear nothing of a client who goes away, for he may come back
            Ok(Kept::ActionNeeded { .. }) => assert!(!agreed),
            Err(error) => assert!(!agreed && error.kind == Kind::Declined, "{error}"),
        }
    }
    is(vault.finish(&"gone1".into(), noon()).await, Kind::Declined, Retry::Never);
}
