//! The list of the routes of the API, which has two readers: the server, and the API document. So a server that starts does not
//! write the whole document once more only to throw it away.

use actix_web::dev::HttpServiceFactory;
use actix_web::web::ServiceConfig;
use utoipa_actix_web::{OpenApiFactory, service_config};

/// Takes routes for one of the readers.
pub enum Routes<'a, 'b> {
    /// The server, which answers them.
    Server(&'a mut ServiceConfig),
    /// The document, which describes them.
    Document(&'a mut service_config::ServiceConfig<'b>),
}

impl Routes<'_, '_> {
    /// With one more.
    pub fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, route: F) -> &mut Self {
        match self {
            Self::Server(server) => drop(server.service(route)),
            Self::Document(document) => drop(document.service(route)),
        }
        self
    }
}
