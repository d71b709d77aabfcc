//! What a payer signs, in the words that the European Payments Council prescribes, in each language that we have them in.

use crate::addresses::{Address, Addressed};
use crate::invoices::parties::{BuyerView, Parties};
use crate::kernel::call::Ctx;
use comptoir_connectors::payment::Debits;
use comptoir_db::{Db, Outcome};
use comptoir_domain::bank::{MandateKind, SddScheme};
use comptoir_domain::{ClientId, Locale};

/// The words of a language: title, what is authorised under CORE and under B2B, the two kinds of mandates, and what the
/// creditor is called by.
struct Words {
    language: &'static str,
    title: &'static str,
    core: &'static str,
    b2b: &'static str,
    recurrent: &'static str,
    one_off: &'static str,
    creditor: &'static str,
    creditor_id: &'static str,
    debtor: &'static str,
    account: &'static str,
    reference: &'static str,
    /// Between a word and what it says.
    colon: &'static str,
}

const WORDS: &[Words] = &[
    Words {
        language: "en",
        title: "SEPA Direct Debit Mandate",
        core: "By signing this mandate form, you authorise (A) {creditor} to send instructions to your bank to debit your \
               account and (B) your bank to debit your account in accordance with the instructions from {creditor}. As part \
               of your rights, you are entitled to a refund from your bank under the terms and conditions of your agreement \
               with your bank. A refund must be claimed within 8 weeks starting from the date on which your account was \
               debited.",
        b2b: "By signing this mandate form, you authorise (A) {creditor} to send instructions to your bank to debit your \
              account and (B) your bank to debit your account in accordance with the instructions from {creditor}. This \
              mandate is only intended for business-to-business transactions. You are not entitled to a refund from your \
              bank after your account has been debited, but you are entitled to request your bank not to debit your account \
              up until the day on which the payment is due.",
        recurrent: "Recurrent payment",
        one_off: "One-off payment",
        creditor: "Creditor",
        creditor_id: "Creditor identifier",
        debtor: "Debtor",
        account: "Account",
        reference: "Mandate reference",
        colon: ": ",
    },
    Words {
        language: "fr",
        title: "Mandat de prélèvement SEPA",
        core: "En signant ce formulaire de mandat, vous autorisez (A) {creditor} à envoyer des instructions à votre banque \
               pour débiter votre compte, et (B) votre banque à débiter votre compte conformément aux instructions de \
               {creditor}. Vous bénéficiez du droit d’être remboursé par votre banque selon les conditions décrites dans la \
               convention que vous avez passée avec elle. Une demande de remboursement doit être présentée dans les 8 \
               semaines suivant la date de débit de votre compte.",
        b2b: "En signant ce formulaire de mandat, vous autorisez (A) {creditor} à envoyer des instructions à votre banque \
              pour débiter votre compte, et (B) votre banque à débiter votre compte conformément aux instructions de \
              {creditor}. Ce mandat est dédié aux prélèvements SEPA interentreprises. Vous n’êtes pas en droit de demander à \
              votre banque le remboursement d’un prélèvement une fois que le montant est débité de votre compte\u{a0}; vous \
              pouvez cependant demander à votre banque de ne pas débiter votre compte jusqu’au jour de l’échéance.",
        recurrent: "Paiement récurrent",
        one_off: "Paiement ponctuel",
        creditor: "Créancier",
        creditor_id: "Identifiant créancier SEPA",
        debtor: "Débiteur",
        account: "Compte",
        reference: "Référence unique du mandat",
        colon: "\u{a0}: ",
    },
    Words {
        language: "de",
        title: "SEPA-Lastschriftmandat",
        core: "Ich ermächtige (Wir ermächtigen) {creditor}, Zahlungen von meinem (unserem) Konto mittels Lastschrift \
               einzuziehen. Zugleich weise ich mein (weisen wir unser) Kreditinstitut an, die von {creditor} auf mein \
               (unser) Konto gezogenen Lastschriften einzulösen. Hinweis: Ich kann (Wir können) innerhalb von acht Wochen, \
               beginnend mit dem Belastungsdatum, die Erstattung des belasteten Betrages verlangen. Es gelten dabei die mit \
               meinem (unserem) Kreditinstitut vereinbarten Bedingungen.",
        b2b: "Ich ermächtige (Wir ermächtigen) {creditor}, Zahlungen von meinem (unserem) Konto mittels Lastschrift \
              einzuziehen. Zugleich weise ich mein (weisen wir unser) Kreditinstitut an, die von {creditor} auf mein \
              (unser) Konto gezogenen Lastschriften einzulösen. Hinweis: Dieses Lastschriftmandat dient nur dem Einzug von \
              Lastschriften, die auf Konten von Unternehmen gezogen sind. Ich bin (Wir sind) nicht berechtigt, nach der \
              erfolgten Einlösung eine Erstattung des belasteten Betrages zu verlangen. Ich bin (Wir sind) berechtigt, mein \
              (unser) Kreditinstitut bis zum Fälligkeitstag anzuweisen, Lastschriften nicht einzulösen.",
        recurrent: "Wiederkehrende Zahlung",
        one_off: "Einmalige Zahlung",
        creditor: "Zahlungsempfänger",
        creditor_id: "Gläubiger-Identifikationsnummer",
        debtor: "Zahlungspflichtiger",
        account: "Konto",
        reference: "Mandatsreferenz",
        colon: ": ",
    },
    Words {
        language: "es",
        title: "Orden de domiciliación de adeudo directo SEPA",
        core: "Mediante la firma de esta orden de domiciliación, el deudor autoriza (A) a {creditor} a enviar instrucciones a \
               la entidad del deudor para adeudar su cuenta y (B) a la entidad para efectuar los adeudos en su cuenta \
               siguiendo las instrucciones de {creditor}. Como parte de sus derechos, el deudor está legitimado al reembolso \
               por su entidad en los términos y condiciones del contrato suscrito con la misma. La solicitud de reembolso \
               deberá efectuarse dentro de las ocho semanas que siguen a la fecha de adeudo en cuenta.",
        b2b: "Mediante la firma de esta orden de domiciliación, el deudor autoriza (A) a {creditor} a enviar instrucciones a \
              la entidad del deudor para adeudar su cuenta y (B) a la entidad para efectuar los adeudos en su cuenta \
              siguiendo las instrucciones de {creditor}. Esta orden de domiciliación está prevista para operaciones \
              exclusivamente entre empresas y/o autónomos. El deudor no tiene derecho a que su entidad le reembolse una vez \
              que se haya realizado el cargo en cuenta, pero puede solicitar a su entidad que no efectúe el adeudo en la \
              cuenta hasta la fecha debida.",
        recurrent: "Pago recurrente",
        one_off: "Pago único",
        creditor: "Acreedor",
        creditor_id: "Identificador del acreedor",
        debtor: "Deudor",
        account: "Cuenta",
        reference: "Referencia de la orden de domiciliación",
        colon: ": ",
    },
];

/// What is signed, and by whom.
pub struct MandateForm<'a> {
    /// To whom, by the gateway that debits.
    pub debits: &'a dyn Debits,
    /// Under which rules.
    pub scheme: SddScheme,
    /// How often.
    pub kind: MandateKind,
    /// The payer.
    pub client: ClientId,
    /// The reference and the account, once they are known.
    pub signed: Option<(&'a str, &'a str)>,
}

/// The text of a mandate, in the reader's language or in English.
pub fn mandate_text(db: &mut Db, ctx: &Ctx, form: &MandateForm, locale: Locale) -> Outcome<String> {
    let parties = Parties::load(db, ctx, &[form.client])?;
    let (client, contact) = parties.buyer(form.client)?;
    let debtor = BuyerView::new(client, contact);
    let creditor = lines(form.debits.creditor_name(), &parties.seller.address(), locale);
    Ok(text(form, &creditor, &lines(&debtor.name, &debtor.address, locale), locale))
}

fn lines(name: &str, address: &Address, locale: Locale) -> String {
    let lines: Vec<_> = std::iter::once(name.to_string()).chain(address.lines(locale)).collect();
    lines.join("\n")
}

/// With creditor and debtor as on a letter.
fn text(form: &MandateForm, creditor: &str, debtor: &str, locale: Locale) -> String {
    let language = locale.language();
    let english = || WORDS.iter().find(|words| words.language == "en");
    let Some(words) = WORDS.iter().find(|words| words.language == language).or_else(english) else {
        return String::new();
    };
    let what = match form.scheme {
        SddScheme::Core => words.core,
        SddScheme::B2b => words.b2b,
    };
    let kind = match form.kind {
        MandateKind::Recurrent => words.recurrent,
        MandateKind::OneOff => words.one_off,
    };
    let name = form.debits.creditor_name();
    let row = |word: &str, said: &str| format!("{word}{}{said}", words.colon);
    let mut rows = vec![row(words.creditor, creditor)];
    rows.extend(form.debits.creditor_id().map(|id| row(words.creditor_id, id.as_str())));
    rows.push(format!("\n{}", row(words.debtor, debtor)));
    if let Some((reference, account)) = form.signed {
        rows.extend([row(words.account, account), row(words.reference, reference)]);
    }
    format!("{}\n\n{}\n\n{}\n\n{kind}", words.title, what.replace("{creditor}", name), rows.join("\n"))
}
