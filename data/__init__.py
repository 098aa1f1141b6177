"""The meeting point of loaders and pages: vocabulary, record, warehouse, filters, queries and statistics."""
