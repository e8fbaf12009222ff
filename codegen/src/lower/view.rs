//! The view of the normalised document that progenitor reads, and the documentation of limits.

use openapiv3::{
    AdditionalProperties, IntegerFormat, OpenAPI, ParameterData, ParameterSchemaOrContent,
    ReferenceOr, Schema, SchemaData, SchemaKind, StringFormat, Type, VariantOrUnknownOrEmpty,
};

/// The components as progenitor reads them: without limits, defaults and closed enums, and with
/// lists that distinguish absent from empty.
///
/// The view has no paths. progenitor then only builds the types of the components; it asserts
/// several properties of operations that no document is required to have.
///
/// The models that programs send are documented with their patterns. In a response a pattern is
/// left out: the service applies it, and no program has to.
pub fn for_progenitor(api: &OpenAPI, request_models: &[String]) -> OpenAPI {
    let mut view = OpenAPI { paths: Default::default(), security: None, ..api.clone() };

    if let Some(components) = &mut view.components {
        components.security_schemes.clear();
        for (name, schema) in &mut components.schemas {
            let patterns = match request_models.contains(name) {
                true => Patterns::Documented,
                false => Patterns::Omitted,
            };
            if let ReferenceOr::Item(schema) = schema {
                lower_schema(schema, true, patterns);
            }
        }
    }

    view
}

/// The description of a parameter, followed by the limits that its type does not express.
pub fn parameter_description(parameter: &ParameterData) -> Option<String> {
    let ParameterSchemaOrContent::Schema(ReferenceOr::Item(schema)) = &parameter.format else {
        return parameter.description.clone();
    };
    let mut schema = schema.clone();
    schema.schema_data.description.clone_from(&parameter.description);

    documentation(&schema, Patterns::Documented)
}

/// The names of the given models and of all components that they contain.
pub fn reachable<'a>(api: &OpenAPI, models: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut reached: Vec<String> = Vec::new();
    let mut pending: Vec<String> = models.map(str::to_owned).collect();
    while let Some(name) = pending.pop() {
        if reached.contains(&name) {
            continue;
        }

        let schema = api.components.as_ref().and_then(|components| components.schemas.get(&name));
        let schema = serde_json::to_value(schema).unwrap_or_default();
        collect_references(&schema, &mut pending);
        reached.push(name);
    }

    reached.sort();
    reached
}

fn collect_references(value: &serde_json::Value, into: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            if let Some(name) = crate::openapi::walk::component_name(value) {
                into.push(name.to_owned());
            }
            members.values().for_each(|member| collect_references(member, into));
        }
        serde_json::Value::Array(members) => {
            members.iter().for_each(|member| collect_references(member, into))
        }
        _ => {}
    }
}

/// Whether the documentation of a schema contains its pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Patterns {
    Documented,
    Omitted,
}

fn lower_schema(schema: &mut Schema, required: bool, patterns: Patterns) {
    let documented = documentation(schema, patterns);
    let Schema { schema_data, schema_kind } = schema;
    schema_data.description = documented;
    schema_data.default = None;
    schema_data.title = None;

    match schema_kind {
        SchemaKind::Type(Type::String(string)) => {
            string.pattern = None;
            string.min_length = None;
            string.max_length = None;
            string.enumeration.clear();

            if !matches!(string.format, VariantOrUnknownOrEmpty::Item(StringFormat::DateTime)) {
                string.format = VariantOrUnknownOrEmpty::Empty;
            }
        }
        SchemaKind::Type(Type::Number(number)) => {
            (number.minimum, number.maximum) = (None, None);
        }
        SchemaKind::Type(Type::Integer(integer)) => {
            (integer.minimum, integer.maximum) = (None, None);
            // The crate decodes all integers as 64 bits, even if the document declares 32.
            integer.format = VariantOrUnknownOrEmpty::Item(IntegerFormat::Int64);
        }
        SchemaKind::Type(Type::Array(array)) => {
            (array.min_items, array.max_items, array.unique_items) = (None, None, false);
            // progenitor does not distinguish absent from empty in a list that is not nullable.
            schema_data.nullable |= !required;
            if let Some(ReferenceOr::Item(items)) = &mut array.items {
                lower_schema(items, true, patterns);
            }
        }
        SchemaKind::Type(Type::Object(object)) => {
            if object.properties.is_empty() {
                schema_data.nullable |= !required;
            }

            for (name, property) in &mut object.properties {
                if let ReferenceOr::Item(property) = property {
                    lower_schema(property, object.required.contains(name), patterns);
                }
            }

            if let Some(AdditionalProperties::Schema(inner)) = &mut object.additional_properties
                && let ReferenceOr::Item(inner) = inner.as_mut()
            {
                lower_schema(inner, true, patterns);
            }
        }
        // The emitter writes the union: progenitor only needs to find the component.
        SchemaKind::OneOf { .. } => {
            *schema_kind = SchemaKind::Type(Type::Object(Default::default()))
        }
        _ => {}
    }
}

/// The description, followed by the constraints that the type does not express: limits, pattern,
/// default and the number of values.
fn documentation(schema: &Schema, patterns: Patterns) -> Option<String> {
    let SchemaData { description, default, extensions, .. } = &schema.schema_data;
    let mut sentences: Vec<String> =
        description.iter().map(|text| text.trim().to_owned()).collect();
    let mut add = |sentence: String| sentences.push(sentence);

    let range = |least: Option<String>, most: Option<String>, unit: &str| match (least, most) {
        (Some(least), Some(most)) if least == most => Some(format!("Exactly {least}{unit}.")),
        (Some(least), Some(most)) => Some(format!("{least} to {most}{unit}.")),
        (Some(least), None) => Some(format!("At least {least}{unit}.")),
        (None, Some(most)) => Some(format!("At most {most}{unit}.")),
        (None, None) => None,
    };
    let text = |limit: &Option<usize>| limit.map(|limit| limit.to_string());
    match &schema.schema_kind {
        SchemaKind::Type(Type::String(string)) => {
            range(text(&string.min_length), text(&string.max_length), " characters").map(&mut add);
            if let Some(pattern) = &string.pattern
                && patterns == Patterns::Documented
            {
                add(format!("Pattern: `{pattern}`."));
            }
        }
        SchemaKind::Type(Type::Number(number)) => {
            let text = |limit: Option<f64>| limit.map(|limit| limit.to_string());
            range(text(number.minimum), text(number.maximum), "").map(&mut add);
        }
        SchemaKind::Type(Type::Integer(integer)) => {
            let text = |limit: Option<i64>| limit.map(|limit| limit.to_string());
            range(text(integer.minimum), text(integer.maximum), "").map(&mut add);
        }
        _ => {}
    }

    if let Some(count) = extensions.get("x-enum-count") {
        add(format!("One of {count} values that the reference does not list."));
    }

    if let Some(default) = default {
        add(format!("Default: `{default}`."));
    }
    (!sentences.is_empty()).then(|| sentences.join("\n\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lowered(schema: serde_json::Value, required: bool) -> Schema {
        let mut schema: Schema = serde_json::from_value(schema).unwrap();
        lower_schema(&mut schema, required, Patterns::Documented);
        schema
    }

    #[test]
    fn limits_and_defaults_are_documented() {
        let schema = lowered(
            json!({"type": "string", "minLength": 44, "maxLength": 44, "pattern": "^a$", "description": "An id."}),
            true,
        );

        assert_eq!(
            schema.schema_data.description.as_deref(),
            Some("An id.\n\nExactly 44 characters.\n\nPattern: `^a$`.")
        );

        let schema = lowered(json!({"type": "integer", "minimum": 0, "default": 3}), true);
        assert_eq!(schema.schema_data.description.as_deref(), Some("At least 0.\n\nDefault: `3`."));
        assert_eq!(schema.schema_data.default, None);
    }

    #[test]
    fn optional_list_is_nullable() {
        let list = json!({"type": "array", "items": {"type": "string"}});
        assert!(lowered(list.clone(), false).schema_data.nullable);
        assert!(!lowered(list, true).schema_data.nullable);
    }
}
