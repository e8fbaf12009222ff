//! The types of the models, read from the type graph that progenitor builds.

use openapiv3::{ReferenceOr, Schema, SchemaKind, Type};
use progenitor::{GenerationSettings, Generator, TypeImpl};
use typify::{TypeDetails, TypeId, TypeSpace, TypeStruct};

use super::names;
use super::progenitor_guard::generate_client;
use super::types::{Field, Model, Models};
use crate::diagnostic::{Diagnostic, Result, pointer_segment};
use crate::lower::MODELS_PATH;
use crate::lower::ir::LoweredDocument;
use crate::lower::types::RustType;

/// How typify spells a date with a time.
const DATE_TIME: &str = "::chrono::DateTime<::chrono::offset::Utc>";

/// How typify spells any JSON value.
const JSON_VALUE: &str = "::serde_json::Value";

/// Runs progenitor to build the types of all components, and reads the models from its type graph.
pub fn read_models(lowered: &LoweredDocument) -> Result<Models> {
    let mut settings = GenerationSettings::new();
    for replacement in &lowered.replacements {
        let impls = std::iter::empty::<TypeImpl>();
        settings.with_replacement(&replacement.component, &replacement.path, impls);
    }

    // The graph is filled while progenitor generates its own client, which is not used.
    let mut generator = Generator::new(&settings);
    generate_client(&mut generator, &lowered.view)?;

    let graph = generator.get_type_space();
    let mut models = Vec::new();
    for ty in graph.iter_types() {
        let name = ty.name();
        if let TypeDetails::Struct(details) = ty.details()
            && let Some(schema) = component(lowered, &name)
        {
            models.push(read_model(graph, schema, name, &details)?);
        }
    }

    Ok(Models::new(models))
}

fn read_model(
    graph: &TypeSpace,
    schema: &Schema,
    name: String,
    details: &TypeStruct<'_>,
) -> Result<Model> {
    // The graph has neither the description of a struct nor the names of its members in JSON: both
    // come from the lowered schema.
    let properties = property_names(schema);
    let pointer = format!("/components/schemas/{}", pointer_segment(&name));

    let mut fields: Vec<Field> = Vec::new();
    for property in details.properties_info() {
        let field = names::ident(property.name);
        if fields.iter().any(|other| other.name == field) {
            let message = format!("two properties become the same field `{field}`");
            return Err(Diagnostic::at(pointer, message));
        }

        let json_name = properties.iter().find(|name| names::field(name) == field);
        let json_name = json_name.ok_or_else(|| {
            let message = format!("progenitor adds the field `{field}`, which is not a property");
            Diagnostic::at(&pointer, message)
        })?;

        fields.push(Field {
            name: field,
            json_name: (*json_name).to_owned(),
            description: property.description.map(str::to_owned),
            ty: read_type(graph, &property.type_id, &pointer)?,
            required: property.required,
        });
    }

    Ok(Model { name, description: schema.schema_data.description.clone(), fields })
}

/// A component of the view.
fn component<'a>(lowered: &'a LoweredDocument, name: &str) -> Option<&'a Schema> {
    match lowered.view.components.as_ref()?.schemas.get(name)? {
        ReferenceOr::Item(schema) => Some(schema),
        ReferenceOr::Reference { .. } => None,
    }
}

fn property_names(schema: &Schema) -> Vec<&str> {
    match &schema.schema_kind {
        SchemaKind::Type(Type::Object(object)) => {
            object.properties.keys().map(String::as_str).collect()
        }
        _ => Vec::new(),
    }
}

/// Converts a type of the graph.
fn read_type(graph: &TypeSpace, id: &TypeId, pointer: &str) -> Result<RustType> {
    let unsupported = |ty: String| {
        let message = format!("progenitor gives a property the type {ty}, which is not supported");
        Diagnostic::at(pointer, message)
    };

    let ty = graph.get_type(id).map_err(|error| unsupported(format!("`{error}`")))?;
    let inner = |id: &TypeId| read_type(graph, id, pointer);

    Ok(match ty.details() {
        TypeDetails::String => RustType::String,
        TypeDetails::Struct(_) => RustType::Component(ty.name()),
        TypeDetails::Vec(items) => RustType::List(Box::new(inner(&items)?)),
        TypeDetails::Box(boxed) => RustType::Boxed(Box::new(inner(&boxed)?)),
        TypeDetails::Option(value) => match inner(&value)? {
            // typify prints an option inside an option as one.
            option @ RustType::Option(_) => option,
            value => RustType::Option(Box::new(value)),
        },
        TypeDetails::Map(_, values) => match inner(&values)? {
            RustType::JsonValue => RustType::JsonObject,
            values => RustType::Map(Box::new(values)),
        },
        TypeDetails::Builtin(name) => match name {
            "bool" => RustType::Bool,
            "i64" => RustType::Integer,
            "f64" => RustType::Float,
            DATE_TIME => RustType::DateTime,
            JSON_VALUE => RustType::JsonValue,
            path => match path.strip_prefix(MODELS_PATH) {
                Some(component) => RustType::Component(component.to_owned()),
                None => return Err(unsupported(format!("`{path}`"))),
            },
        },
        _ => return Err(unsupported(format!("`{}`", ty.describe()))),
    })
}
