//! The message itself, in the order of its schema.

use super::map::{Group, remittance};
use super::{AddressStyle, SepaDebits};
use crate::bank::batch::{Address, Amendment, Batch, Debit, OriginalAccount, SignedMandate, broken};
use crate::bank::text::sepa as fold;
use comptoir_domain::bank::{Bic, CreditorId, SddScheme};
use comptoir_domain::{Money, Result};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::io;

/// As other writers of such files put it.
const DECLARATION: &str = "xml version='1.0' encoding='UTF-8'";

/// The file, in UTF-8 without a mark at its beginning.
pub(super) fn document(format: &SepaDebits, batch: &Batch, groups: &[Group]) -> Result<Vec<u8>> {
    let sums = groups.iter().map(Group::sum).collect::<Result<Vec<_>>>()?;
    let total = Batch::sum(groups.iter().flat_map(|group| group.debits.iter().map(|(debit, _)| *debit)))?;
    let mut xml = Xml { format, writer: Writer::new_with_indent(Vec::new(), b' ', 2) };
    match xml.document(batch, groups, &sums, total) {
        Ok(()) => Ok(xml.writer.into_inner()),
        Err(_) => Err(broken("a message could not be written into memory")),
    }
}

struct Xml<'a> {
    format: &'a SepaDebits,
    writer: Writer<Vec<u8>>,
}

type Written = io::Result<()>;

impl Xml<'_> {
    fn inside(&mut self, name: &str, content: impl FnOnce(&mut Self) -> Written) -> Written {
        self.element(BytesStart::new(name), content)
    }

    fn element(&mut self, start: BytesStart<'_>, content: impl FnOnce(&mut Self) -> Written) -> Written {
        let end = BytesEnd::new(start.name().as_ref().to_owned());
        self.writer.write_event(Event::Start(start))?;
        content(self)?;
        self.writer.write_event(Event::End(end))
    }

    fn text(&mut self, name: &str, text: &str) -> Written {
        self.inside(name, |xml| xml.writer.write_event(Event::Text(BytesText::new(text))))
    }

    /// Elements in each other, with a text in the innermost.
    fn path(&mut self, names: &[&str], text: &str) -> Written {
        match names {
            [] => Ok(()),
            [name] => self.text(name, text),
            [name, inner @ ..] => self.inside(name, |xml| xml.path(inner, text)),
        }
    }

    fn document(&mut self, batch: &Batch, groups: &[Group], sums: &[Money], total: Money) -> Written {
        self.writer.write_event(Event::Decl(BytesDecl::from_start(BytesStart::from_content(DECLARATION, 3))))?;
        let namespace = format!("urn:iso:std:iso:20022:tech:xsd:{}", self.format.version.message());
        let start = BytesStart::new("Document").with_attributes([("xmlns", namespace.as_str())]);
        self.element(start, |xml| {
            xml.inside("CstmrDrctDbtInitn", |xml| {
                xml.header(batch, total)?;
                groups.iter().zip(sums).try_for_each(|(group, sum)| xml.group(batch, group, *sum))
            })
        })
    }

    fn header(&mut self, batch: &Batch, total: Money) -> Written {
        self.inside("GrpHdr", |xml| {
            xml.text("MsgId", &batch.id)?;
            xml.text("CreDtTm", &batch.created.format("%Y-%m-%dT%H:%M:%S").to_string())?;
            xml.text("NbOfTxs", &batch.debits.len().to_string())?;
            xml.text("CtrlSum", &total.decimal().to_string())?;
            xml.inside("InitgPty", |xml| {
                xml.name(&batch.creditor.name)?;
                if xml.format.identify_sender {
                    xml.path(&["Id", "PrvtId", "Othr", "Id"], xml.format.creditor_id.as_str())?;
                }
                Ok(())
            })
        })
    }

    fn group(&mut self, batch: &Batch, group: &Group, sum: Money) -> Written {
        let creditor = &batch.creditor;
        self.inside("PmtInf", |xml| {
            xml.text("PmtInfId", &group.id)?;
            xml.text("PmtMtd", "DD")?;
            xml.text("BtchBookg", if xml.format.batch_booking { "true" } else { "false" })?;
            xml.text("NbOfTxs", &group.debits.len().to_string())?;
            xml.text("CtrlSum", &sum.decimal().to_string())?;
            xml.inside("PmtTpInf", |xml| {
                xml.path(&["SvcLvl", "Cd"], "SEPA")?;
                let scheme = match xml.format.scheme {
                    SddScheme::Core => "CORE",
                    SddScheme::B2b => "B2B",
                };
                xml.path(&["LclInstrm", "Cd"], scheme)?;
                xml.text("SeqTp", group.sequence.as_str())
            })?;
            xml.text("ReqdColltnDt", &group.due.to_string())?;
            xml.party("Cdtr", &creditor.name, creditor.address.as_ref())?;
            xml.inside("CdtrAcct", |xml| {
                xml.path(&["Id", "IBAN"], creditor.account.as_str())?;
                xml.text("Ccy", "EUR")
            })?;
            xml.bank("CdtrAgt", creditor.bic.as_ref())?;
            if let Some(other) = &creditor.on_behalf_of {
                xml.inside("UltmtCdtr", |xml| xml.name(other))?;
            }
            xml.text("ChrgBr", "SLEV")?;
            xml.inside("CdtrSchmeId", |xml| xml.scheme_id(&xml.format.creditor_id))?;
            group.debits.iter().try_for_each(|(debit, mandate)| xml.debit(debit, mandate))
        })
    }

    fn debit(&mut self, debit: &Debit, mandate: &SignedMandate) -> Written {
        self.inside("DrctDbtTxInf", |xml| {
            xml.inside("PmtId", |xml| {
                xml.text("InstrId", &debit.end_to_end_id)?;
                xml.text("EndToEndId", &debit.end_to_end_id)
            })?;
            let amount = BytesStart::new("InstdAmt").with_attributes([("Ccy", "EUR")]);
            let cents = debit.amount.decimal().to_string();
            xml.element(amount, |xml| xml.writer.write_event(Event::Text(BytesText::new(&cents))))?;
            xml.inside("DrctDbtTx", |xml| xml.inside("MndtRltdInf", |xml| xml.mandate(mandate)))?;
            xml.bank("DbtrAgt", debit.bic.as_ref())?;
            xml.party("Dbtr", &debit.payer.name, debit.payer.address.as_ref())?;
            xml.path(&["DbtrAcct", "Id", "IBAN"], debit.account.as_str())?;
            xml.remittance(debit)
        })
    }

    fn mandate(&mut self, mandate: &SignedMandate) -> Written {
        self.text("MndtId", &mandate.reference)?;
        self.text("DtOfSgntr", &mandate.signed_on.to_string())?;
        self.text("AmdmntInd", if mandate.amendment.is_some() { "true" } else { "false" })?;
        match &mandate.amendment {
            Some(amendment) => self.inside("AmdmntInfDtls", |xml| xml.amendment(amendment)),
            None => Ok(()),
        }
    }

    fn amendment(&mut self, before: &Amendment) -> Written {
        if let Some(reference) = &before.reference {
            self.text("OrgnlMndtId", reference)?;
        }
        if before.creditor_name.is_some() || before.creditor_id.is_some() {
            self.inside("OrgnlCdtrSchmeId", |xml| {
                before.creditor_name.as_ref().map_or(Ok(()), |name| xml.name(name))?;
                before.creditor_id.as_ref().map_or(Ok(()), |id| xml.scheme_id(id))
            })?;
        }
        match &before.account {
            Some(OriginalAccount::Iban(iban)) => self.path(&["OrgnlDbtrAcct", "Id", "IBAN"], iban.as_str()),
            Some(OriginalAccount::NotDisclosed) => self.path(&["OrgnlDbtrAcct", "Id", "Othr", "Id"], "SMNDA"),
            None => Ok(()),
        }
    }

    fn scheme_id(&mut self, id: &CreditorId) -> Written {
        self.inside("Id", |xml| {
            xml.inside("PrvtId", |xml| {
                xml.inside("Othr", |xml| {
                    xml.text("Id", id.as_str())?;
                    xml.path(&["SchmeNm", "Prtry"], "SEPA")
                })
            })
        })
    }

    fn remittance(&mut self, debit: &Debit) -> Written {
        let text = remittance(debit);
        match &debit.reference {
            Some(reference) => self.inside("RmtInf", |xml| {
                xml.inside("Strd", |xml| {
                    xml.inside("CdtrRefInf", |xml| {
                        xml.inside("Tp", |xml| {
                            xml.path(&["CdOrPrtry", "Cd"], "SCOR")?;
                            xml.text("Issr", "ISO")
                        })?;
                        xml.text("Ref", reference.as_str())
                    })
                })
            }),
            None if text.is_empty() => Ok(()),
            None => self.path(&["RmtInf", "Ustrd"], &text),
        }
    }

    fn bank(&mut self, name: &str, bic: Option<&Bic>) -> Written {
        match bic {
            Some(bic) => self.path(&[name, "FinInstnId", self.format.version.bic()], bic.as_str()),
            None => self.path(&[name, "FinInstnId", "Othr", "Id"], "NOTPROVIDED"),
        }
    }

    fn party(&mut self, element: &str, name: &str, address: Option<&Address>) -> Written {
        self.inside(element, |xml| {
            xml.name(name)?;
            address.map_or(Ok(()), |address| xml.inside("PstlAdr", |xml| xml.address(address)))
        })
    }

    fn address(&mut self, address: &Address) -> Written {
        let fill = |xml: &mut Self, name: &str, text: &str| {
            let text = fold(text);
            if text.trim().is_empty() { Ok(()) } else { xml.text(name, text.trim()) }
        };
        match self.format.addresses {
            AddressStyle::Structured => {
                fill(self, "StrtNm", address.street.as_deref().unwrap_or_default())?;
                fill(self, "BldgNb", address.building.as_deref().unwrap_or_default())?;
                fill(self, "PstCd", address.postal_code.as_deref().unwrap_or_default())?;
                fill(self, "TwnNm", &address.town)?;
                self.text("Ctry", address.country.as_str())
            }
            AddressStyle::Lines => {
                self.text("Ctry", address.country.as_str())?;
                fill(self, "AdrLine", &address.street_line())?;
                fill(self, "AdrLine", &address.town_line())
            }
        }
    }

    fn name(&mut self, name: &str) -> Written {
        self.text("Nm", fold(name).trim())
    }
}
