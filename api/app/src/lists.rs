//! `list_of!`: one page of views.

/// Declares the JSON form of a page.
#[macro_export]
macro_rules! list_of {
    ($name:ident, $view:ty) => {
        /// One page.
        #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
        pub struct $name {
            /// The items.
            pub data: Vec<$view>,
            /// Pass it as `cursor` to go on; null at the end.
            pub next_cursor: Option<String>,
        }
    };
}
