//! The Rust types of models, parameters and responses.

use openapiv3::{
    AdditionalProperties, ReferenceOr, Schema, SchemaKind, StringFormat, Type,
    VariantOrUnknownOrEmpty,
};

/// A Rust type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RustType {
    /// `String`.
    String,
    /// `bool`.
    Bool,
    /// `i64`.
    Integer,
    /// `f64`.
    Float,
    /// `chrono::DateTime<chrono::Utc>`.
    DateTime,
    /// `serde_json::Value`.
    JsonValue,
    /// `serde_json::Map<String, serde_json::Value>`.
    JsonObject,
    /// `BTreeMap<String, T>`.
    Map(Box<RustType>),
    /// `Vec<T>`.
    List(Box<RustType>),
    /// `Option<T>`.
    Option(Box<RustType>),
    /// `Box<T>`.
    Boxed(Box<RustType>),
    /// A generated model, enum or union, by name.
    Component(String),
}

impl RustType {
    /// The type of a parameter or response with this schema. `None` if the schema is not supported.
    ///
    /// progenitor's type graph does not say which type belongs to which parameter or response, so these
    /// types come from the schema.
    pub fn from_schema(schema: &ReferenceOr<Schema>) -> Option<Self> {
        if let Some(component) = component_of(schema) {
            return Some(Self::Component(component.to_owned()));
        }

        let schema = schema.as_item()?;
        let ty = match &schema.schema_kind {
            SchemaKind::Type(ty) => Self::from_type(ty)?,
            SchemaKind::AllOf { all_of } if all_of.len() == 1 => Self::from_schema(&all_of[0])?,
            _ => return None,
        };

        Some(if schema.schema_data.nullable { Self::Option(Box::new(ty)) } else { ty })
    }

    fn from_type(ty: &Type) -> Option<Self> {
        Some(match ty {
            Type::String(string) => match string.format {
                VariantOrUnknownOrEmpty::Item(StringFormat::DateTime) => Self::DateTime,
                _ => Self::String,
            },
            Type::Boolean(_) => Self::Bool,
            Type::Integer(_) => Self::Integer,
            Type::Number(_) => Self::Float,
            Type::Array(array) => {
                let items = array.items.clone()?.unbox();
                Self::List(Box::new(Self::from_schema(&items)?))
            }
            Type::Object(object) if !object.properties.is_empty() => return None,
            Type::Object(object) => match &object.additional_properties {
                None | Some(AdditionalProperties::Any(true)) => Self::JsonObject,
                Some(AdditionalProperties::Any(false)) => return None,
                Some(AdditionalProperties::Schema(values)) => {
                    Self::Map(Box::new(Self::from_schema(values)?))
                }
            },
        })
    }

    /// Whether the type is an `Option`.
    pub fn is_option(&self) -> bool {
        matches!(self, Self::Option(_))
    }

    /// The type inside an `Option`, or the type itself.
    pub fn without_option(&self) -> &Self {
        match self {
            Self::Option(inner) => inner,
            ty => ty,
        }
    }

    /// The name of the component inside options, lists, maps and boxes.
    pub fn component(&self) -> Option<&str> {
        match self {
            Self::Option(inner) | Self::List(inner) | Self::Map(inner) | Self::Boxed(inner) => {
                inner.component()
            }
            Self::Component(name) => Some(name),
            _ => None,
        }
    }
}

/// The component that a schema refers to.
pub fn component_of<T>(schema: &ReferenceOr<T>) -> Option<&str> {
    match schema {
        ReferenceOr::Reference { reference } => reference.strip_prefix("#/components/schemas/"),
        ReferenceOr::Item(_) => None,
    }
}
