//! Changing a client's details.

use crate::addresses::Addressed;
use crate::client_groups::member;
use crate::clients::read::reply;
use crate::clients::views::{ClientPatch, ClientView, check};
use crate::kernel::{Answer, Body, Call, Change, Ctx, Id, IfMatch};
use crate::taxes::vat_numbers::confirm_later;
use actix_web::patch;
use comptoir_db::clients::{self, ClientRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::permissions::may;
use comptoir_domain::taxes::read_vat_number;
use comptoir_domain::{Check, ClientId};
use serde_json::json;

/// Change a client
#[utoipa::path(tag = "clients", params(("id" = ClientId, Path)), request_body = ClientPatch, responses((status = 200, body = ClientView, description = "The client as it is now")))]
#[patch("/v1/clients/{id}")]
pub async fn update_client(
    call: Call<may::WriteClients>,
    id: Id<ClientId>,
    seen: IfMatch,
    body: Body<ClientPatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = clients::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        change(tx, ctx, &mut row, body.0.clone())?;
        reply(tx, ctx, row)
    })
    .await
}

/// Changes a client that is locked.
pub fn change(tx: &mut Db, ctx: &Ctx, row: &mut ClientRow, patch: ClientPatch) -> Outcome<()> {
    let before = (row.vat_number.clone(), row.country);
    patch.kind.apply(&mut row.kind);
    patch.company.apply(&mut row.company);
    patch.vat_number.apply(&mut row.vat_number);
    patch.tax_exemption.apply(&mut row.tax_exemption);
    patch.locale.apply(&mut row.locale);
    if let Change::To(patch) = patch.address {
        row.set_address(patch.apply(row.address()));
    }
    let mut findings = Check::new();
    if before != (row.vat_number.clone(), row.country) {
        row.vat_number = read_vat_number(&mut findings, "/vat_number", &row.vat_number, row.country, ctx.today());
    }
    check(row, &mut findings);
    findings.done()?;
    if let Change::To(group) = patch.group {
        member::change(tx, ctx, row.id, group)?;
    }
    clients::save(tx, row)?;
    confirm_later(tx, ctx, row)?;
    let fact = json!({ "company": row.company, "vat_number": row.vat_number, "tax_exemption": row.tax_exemption });
    ctx.record(tx, "client.updated", row.id, fact)
}
