" Vim syntax file of Convoy scripts (.cvy). Made by build/bin/editor_files from the op table and grammar/Convoy.g4.
if exists('b:current_syntax')
  finish
endif

syn keyword convoyDefinition block const import pipeline weights
syn keyword convoyControl else for if in return
syn keyword convoyBoolean false true
syn keyword convoyType bool float image int list size string tensor
syn match convoyLayer /\v(\|\>\s*)@<=<(abs|argmax|avg_pool|batch_norm|clamp|concat|conv|dense|flatten|global_avg_pool|global_max_pool|gray|hsv_to_rgb|instance_norm|local_response_norm|luminance|max_pool|normalize|reduce_max|reduce_mean|reduce_min|reduce_sum|relu|rgb|rgb_to_hsv|rgb_to_ycbcr|rgba|select|softmax|sqrt|ycbcr_to_rgb)>/
syn match convoyLayer /\v<(abs|argmax|avg_pool|batch_norm|clamp|concat|conv|dense|flatten|global_avg_pool|global_max_pool|gray|hsv_to_rgb|instance_norm|local_response_norm|luminance|max_pool|normalize|reduce_max|reduce_mean|reduce_min|reduce_sum|relu|rgb|rgb_to_hsv|rgb_to_ycbcr|rgba|select|softmax|sqrt|ycbcr_to_rgb|ceil|channels|cos|depth|div|exp|floor|height|length|log|max|min|mod|round|shape|sin|size|sum|width)>\ze\s*\(/
syn match convoyAttribute /\v<(affine|alpha|axes|beta|bias|border|ceil_mode|count_include_pad|dilation|epsilon|filters|groups|high|k|kernel|low|mean|name|padding|size|std|stride|units|window)>\ze\s*:/
syn match convoyWord /\v(:\s*)@<=<(all|channels|circular|constant|depth|edge|height|mirror|nearest|reflect|reflect101|replicate|same|same_lower|spatial|symmetric|valid|width|wrap|zero)>/
syn match convoyWord /\v(image\s*\[\s*)@<=<(gray|rgb|rgba)>/
syn match convoyNumber /\v<\d+(\.\d+)?([eE][+-]?\d+)?>/
syn match convoyNumber /\v<\d+(x\d+)+>/
syn match convoyOperator /\v\|\>|-\>|\*\*|\.\.|\&\&|\|\|/
syn match convoyEscape /\v\\.|\{\{|\}\}/ contained
syn region convoyValue start=/{/ end=/}/ contained contains=convoyNumber,convoyLayer
syn region convoyString start=/"/ end=/"/ oneline contains=convoyValue,convoyEscape
syn match convoyComment ,//.*$,

hi def link convoyDefinition Keyword
hi def link convoyControl Statement
hi def link convoyBoolean Boolean
hi def link convoyType Type
hi def link convoyLayer Function
hi def link convoyAttribute Identifier
hi def link convoyWord Constant
hi def link convoyNumber Number
hi def link convoyOperator Operator
hi def link convoyEscape SpecialChar
hi def link convoyValue Special
hi def link convoyString String
hi def link convoyComment Comment

let b:current_syntax = 'convoy'
