//! What is asked for? A [`Call`]: the service, the operation, the protocol.
//!
//! Three things can be: an operation of a modelled service; an operation of a known service that is not modelled, whose name
//! was read from a header, a body or the path, or could not be read; and something that belongs to no service. The last two
//! are calls, too: they are authenticated and authorised before they are answered.

use sotto_aws_model::{Known, Operation, OperationId, Protocol, Service};
use sotto_public::Public;
use std::sync::Arc;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Call {
    pub(crate) protocol: Protocol,
    pub(crate) json_version: JsonVersion,
    /// Whether the client wants the codes of the Query protocol in a header (`x-amzn-query-mode`).
    pub(crate) query_mode: bool,
    pub(crate) target: Target,
}

/// Which content type JSON goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonVersion {
    V1_0,
    V1_1,
}

/// The service and the operation.
#[derive(Clone, Debug)]
pub enum Target {
    /// An operation of a modelled service.
    Modelled {
        /// The service's model.
        service: Arc<Service>,
        /// The operation.
        operation: OperationId,
    },
    /// An operation of a service that is known by name only.
    Known {
        /// The service.
        known: &'static Known,
        /// The operation's name, where the request shows it.
        operation: Option<Public<String>>,
    },
    /// No service.
    Unknown,
}

impl Call {
    /// An operation of a modelled service in one of its protocols: what a client asks for, and what tests do.
    pub fn of(service: &Arc<Service>, operation: OperationId, protocol: Protocol) -> Self {
        let json_version = match service.json_version.as_deref() {
            Some("1.0") => JsonVersion::V1_0,
            _ => JsonVersion::V1_1,
        };
        let target = Target::Modelled { service: Arc::clone(service), operation };
        Self { protocol, json_version, query_mode: service.query_compatible, target }
    }

    /// The protocol that the answer speaks.
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The service and the operation.
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// The operation, when its service is modelled.
    pub fn operation(&self) -> Option<&Operation> {
        self.modelled().map(|(_, operation)| operation)
    }

    pub(crate) fn modelled(&self) -> Option<(&Arc<Service>, &Operation)> {
        match &self.target {
            Target::Modelled { service, operation } => Some((service, service.operation(*operation)?)),
            _ => None,
        }
    }

    /// The prefix of the service's actions: `iam`.
    pub fn prefix(&self) -> Option<&str> {
        match &self.target {
            Target::Modelled { service, .. } => Some(&service.prefix),
            Target::Known { known, .. } => Some(known.prefix),
            Target::Unknown => None,
        }
    }

    /// The table of the modelled service: `lexv2-runtime`.
    pub fn table(&self) -> Option<&str> {
        match &self.target {
            Target::Modelled { service, .. } => Some(&service.table),
            _ => None,
        }
    }

    /// The operation's name, where it is known.
    pub fn operation_name(&self) -> Option<&str> {
        match &self.target {
            Target::Modelled { .. } => self.operation().map(|operation| &*operation.name),
            Target::Known { operation, .. } => operation.as_ref().map(|name| name.get().as_str()),
            Target::Unknown => None,
        }
    }

    /// Whether the model lists an error for the operation, by its shape's name.
    pub fn has_error(&self, name: &'static str) -> bool {
        let Some((service, operation)) = self.modelled() else { return false };
        operation.errors.iter().any(|shape| service.shape(*shape).is_some_and(|shape| &*shape.name == name))
    }

    /// Whether the body may come without being covered by the signature: speech is sent as it is spoken (`v4-unsigned-body`).
    pub fn takes_unsigned_payload(&self) -> bool {
        self.prefix() == Some("s3") || self.operation().is_some_and(|operation| operation.unsigned_payload)
    }

    /// Whether its answer goes on as an event stream.
    pub fn is_streaming(&self) -> bool {
        let Some((service, operation)) = self.modelled() else { return false };
        let structure = operation.output.and_then(|shape| service.structure(shape));
        let streams = |shape| service.structure(shape).is_some_and(|structure| structure.event_stream);
        structure.is_some_and(|structure| structure.members.iter().any(|member| streams(member.shape)))
    }

    /// Whether it comes without a signature (STS: AssumeRoleWithWebIdentity).
    pub fn is_unsigned(&self) -> bool {
        self.operation().is_some_and(|operation| operation.unsigned)
    }
}
