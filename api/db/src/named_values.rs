//! Names with values that belong to a client or a subscription: read and replaced all together by whoever has locked it.

/// Writes `of` and `replace` for a table with the key (seller_id, owner, name).
#[macro_export]
macro_rules! named_values {
    ($table:ident, $owner:ident: $id:ty) => {
        #[derive(Clone, Debug, diesel::Queryable, diesel::Selectable, diesel::Insertable)]
        #[diesel(table_name = $table)]
        struct ValueRow {
            seller_id: comptoir_domain::SellerId,
            $owner: $id,
            name: String,
            value: String,
            is_active: bool,
        }

        /// All of one owner, by name.
        pub fn of(db: &mut $crate::Db, scope: $crate::Scope, owner: $id) -> $crate::Outcome<Vec<NamedValue>> {
            let found = $table::table
                .filter($table::seller_id.eq(scope.seller()))
                .filter($table::$owner.eq(owner))
                .order($table::name)
                .select(ValueRow::as_select());
            let value = |ValueRow { name, value, is_active, .. }| NamedValue { name, value, is_active };
            Ok(found.load(db)?.into_iter().map(value).collect())
        }

        /// Puts others in place of those of one owner.
        pub fn replace(
            db: &mut $crate::Db,
            scope: $crate::Scope,
            owner: $id,
            values: &[NamedValue],
        ) -> $crate::Outcome<()> {
            let old = $table::table.filter($table::seller_id.eq(scope.seller())).filter($table::$owner.eq(owner));
            diesel::delete(old).execute(db)?;
            let row = |one: &NamedValue| ValueRow {
                seller_id: scope.seller(),
                $owner: owner,
                name: one.name.clone(),
                value: one.value.clone(),
                is_active: one.is_active,
            };
            let rows: Vec<ValueRow> = values.iter().map(row).collect();
            insert_many!(db, $table::table, rows);
            Ok(())
        }
    };
}
