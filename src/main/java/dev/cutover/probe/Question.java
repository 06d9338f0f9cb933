package dev.cutover.probe;

import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/// One DNS question of class IN.
///
/// @param name the fully qualified name; a trailing dot may be left out
/// @param type the record type's number, such as 1 for A; no transfers and no meta types except ANY
/// @param recursionDesired true towards a recursive resolver, false towards an authority
/// @param options what is asked for beside the records
public record Question(String name, int type, boolean recursionDesired, EdnsOptions options) {

    private static final int FIRST_META_TYPE = 128;

    public Question {
        parse(name);
        boolean meta = type >= FIRST_META_TYPE && type < Type.ANY;
        if (type < 1 || type > 0xFFFF || type == Type.OPT || meta) {
            throw new IllegalArgumentException(
                    name + ": expected the number of a record type, seen " + type);
        }
    }

    /// A question for records and nothing else.
    public Question(String name, int type, boolean recursionDesired) {
        this(name, type, recursionDesired, EdnsOptions.NONE);
    }

    Name wireName() {
        return parse(name);
    }

    private static Name parse(String name) {
        try {
            return Name.fromString(name, Name.root);
        } catch (TextParseException e) {
            throw new IllegalArgumentException(
                    "expected a domain name, seen '" + name + "' (" + e.getMessage() + ")", e);
        }
    }

    /// The question as a person reads it.
    @Override
    public String toString() {
        return name + " " + Type.string(type) + (recursionDesired ? "" : " (no recursion)");
    }
}
