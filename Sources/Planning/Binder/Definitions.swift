import Basics
import Catalog
import SQLSyntax
import Vectors

/// Applies statements that change the catalog.
package enum Definitions {
    /// The change that a definition statement makes; nil where the statement is not one.
    package static func apply(
        _ statement: Statement, to catalog: CatalogSnapshot, context: BindContext
    ) throws -> CatalogChange? {
        nil
    }
}
