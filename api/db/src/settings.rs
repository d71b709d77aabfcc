//! What a seller has settled about its business: one row, absent as long as everything is the default.

use crate::schema::settings;
use crate::{Db, Json, Outcome, Scope};
use comptoir_domain::SellerId;
use comptoir_domain::settings::SellerSettings;
use diesel::prelude::*;

/// The name of the row; there is room for others.
const BUSINESS: &str = "business";

/// Settings with their version; 0 before the first change.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = settings)]
pub struct SettingsRow {
    pub seller_id: SellerId,
    pub name: String,
    pub value: Json<SellerSettings>,
    pub version: i64,
}

/// The settings of a seller.
pub fn read(db: &mut Db, scope: Scope) -> Outcome<SettingsRow> {
    let found = read_row!(db, settings::table.find((scope.seller(), BUSINESS)), SettingsRow).optional()?;
    Ok(found.unwrap_or_else(|| SettingsRow {
        seller_id: scope.seller(),
        name: BUSINESS.into(),
        value: Json(SellerSettings::default()),
        version: 0,
    }))
}

/// Writes settings with the next version; `stale` if someone was faster.
pub fn save(db: &mut Db, row: &mut SettingsRow) -> Outcome<()> {
    let read = row.version;
    row.version += 1;
    let written = if read == 0 {
        on!(db, c => diesel::insert_into(settings::table).values(&*row).on_conflict_do_nothing().execute(c))?
    } else {
        let target = settings::table.find((row.seller_id, &row.name)).filter(settings::version.eq(read));
        let change = (settings::value.eq(&row.value), settings::version.eq(row.version));
        diesel::update(target).set(change).execute(db)?
    };
    if written == 1 {
        return Ok(());
    }
    row.version = read;
    Err(comptoir_domain::Problem::new(comptoir_domain::Code::Stale, "read it again and repeat your change").into())
}
