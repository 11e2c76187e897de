// What text is legal. No layer, type or attribute name appears here: they are ordinary names, looked up later.
//
// The lexer reads bytes, not characters, so that token positions are byte offsets; bytes from 80 on are legal in
// strings and comments only. Every decision of the parser is LL(1): no prediction runs, and an error is found exactly
// at the token that cannot continue. Keep it so.
grammar Convoy;

tokens { StringBegin, StringMiddle, StringEnd }

file : ( pipeline | block | constant | importFile | weights | ';' )* EOF ;

weights : 'weights' String ;

pipeline : 'pipeline' signature body ;

signature : Name '(' ( input ( ',' input? )* )? ')' ( '->' results )? ;

input : Name ':' typeName ( '=' pipe )? ;

results : typeName | '(' result ( ',' result? )* ')' ;

result : Name ( ':' typeName )? ;

typeName : Name dimensions? ;

dimensions : '[' ( pipe ( ',' pipe? )* )? ']' ;

block : 'block' blockSignature body ;

blockSignature : Name '(' ( parameter ( ',' parameter? )* )? ')' ;

parameter : Name ( ':' typeName )? ( '=' pipe )? ;

constant : 'const' Name '=' pipe ;

importFile : 'import' String ;

body : '{' ( statement | ';' )* '}' ;

statement : Name ( ',' Name )* '=' pipe
          | 'return' pipe
          | loop
          | conditional ;

loop : 'for' Name 'in' iterable body ;

iterable : pipe ( '..' pipe )? ;

// A chain of `else if` is a list and not a tree, so that its length needs no stack; the builder sees to it that
// nothing follows the plain `else`.
conditional : 'if' pipe body ( 'else' ( 'if' pipe )? body )* ;

// Expressions, from the loosest operator to the tightest.
pipe : disjunction ( '|>' target )* ;

target : Name arguments? ;

disjunction : conjunction ( '||' conjunction )* ;

conjunction : comparison ( '&&' comparison )* ;

comparison : sum ( ( '<' | '<=' | '>' | '>=' | '==' | '!=' ) sum )* ;

sum : product ( ( '+' | '-' ) product )* ;

product : unary ( ( '*' | '/' ) unary )* ;

unary : ( '-' | '+' ) unary | power ;

// Right-associative and above the minus: -2 ** 2 is -(2 ** 2), 2 ** -1 is legal.
power : element ( '**' unary )? ;

element : primary ( '[' pipe ']' )* ;

primary : Int | Float | Size | String | 'true' | 'false'
        | Name arguments?
        | list
        | group
        | choice
        | interpolation ;

// Values one by one, or `[value for name in range]`.
list : '[' ( pipe ( 'for' Name 'in' iterable | ( ',' pipe? )* ) )? ']' ;

choice : 'if' pipe branch ( 'else' ( 'if' pipe )? branch )* ;

branch : '{' pipe '}' ;

// "layer{stage + 1}.{i}": the token scan takes such a string apart, into `"layer{`, `}.{` and `}"`.
interpolation : StringBegin pipe ( StringMiddle pipe )* StringEnd ;

// `(value)`, or the record `(low: value, high: value)`.
group : '(' argument ( ',' argument? )* ')' ;

arguments : '(' ( argument ( ',' argument? )* )? ')' ;

// `value` or `name: value`.
argument : pipe ( ':' pipe )? ;

// Reserved words.
Pipeline : 'pipeline' ;
Return   : 'return' ;
True     : 'true' ;
False    : 'false' ;
Weights  : 'weights' ;
Block    : 'block' ;
Import   : 'import' ;
Const    : 'const' ;
For      : 'for' ;
In       : 'in' ;
If       : 'if' ;
Else     : 'else' ;

PipeTo : '|>' ;  Arrow : '->' ;
OrOr : '||' ;    AndAnd : '&&' ;
Less : '<' ;     LessEqual : '<=' ;  Greater : '>' ;  GreaterEqual : '>=' ;  EqualEqual : '==' ;  NotEqual : '!=' ;
Plus : '+' ;     Minus : '-' ;       Times : '*' ;    Divide : '/' ;         Power : '**' ;
Assign : '=' ;   Colon : ':' ;       Comma : ',' ;    Semicolon : ';' ;      DotDot : '..' ;
OpenParen : '(' ;  CloseParen : ')' ;  OpenBracket : '[' ;  CloseBracket : ']' ;  OpenBrace : '{' ;  CloseBrace : '}' ;

// Numbers. Of matches of one length the first rule wins: `0x10` is never a size, `0..4` never a decimal.
HexNumber : '0' [xX] [0-9a-zA-Z_]* ;
Int       : [0-9]+ ;
Size      : [0-9]+ 'x' [0-9]+ ( 'x' [0-9]+ )* ;
Float     : [0-9]+ '.' [0-9]+ Exponent? | [0-9]+ Exponent ;
BadNumber : [0-9] [0-9a-zA-Z_]* ( '.' [0-9a-zA-Z_]+ )* | '.' [0-9]+ ;
fragment Exponent : [eE] [+-]? [0-9]+ ;

Name : [a-zA-Z_] [a-zA-Z0-9_]* ;

String     : '"' ( ~["\\\r\n] | '\\' ~[\r\n] )* '"' ;
OpenString : '"' ( ~["\\\r\n] | '\\' ~[\r\n] )* '\\'? ;

Comment      : '//' ~[\r\n]* -> channel(HIDDEN) ;
BlockComment : '/*' .*? ( '*/' | EOF ) ;
Blank        : [ \t\r\n\f]+ -> skip ;

// One character outside ASCII, or one stray one inside.
Stray : [\u00C0-\u00FF] [\u0080-\u00BF]* | . ;
