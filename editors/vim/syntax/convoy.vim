" Vim syntax file of Convoy scripts (.cvy). Made by build/bin/editor_files from the op table and grammar/Convoy.g4.
if exists('b:current_syntax')
  finish
endif

syn keyword convoyDefinition block const import pipeline weights
syn keyword convoyControl else for if in return
syn keyword convoyBoolean false true
syn keyword convoyType bool float image int list size string tensor
syn match convoyLayer /\v(\|\>\s*)@<=<(abs|adaptive_avg_pool|argmax|avg_pool|batch_norm|channel_shuffle|clamp|concat|conv|crop|dense|depth_to_space|depthwise_conv|dequantize|elu|exp|flatten|gelu|global_avg_pool|global_max_pool|gray|hard_sigmoid|hard_swish|hsv_to_rgb|instance_norm|leaky_relu|local_response_norm|log|lp_pool|luminance|max|max_pool|min|normalize|pad|pow|prelu|quantize|quantized_add|quantized_conv|quantized_dense|reduce_max|reduce_mean|reduce_min|reduce_sum|relu|relu6|reshape|resize|rgb|rgb_to_hsv|rgb_to_ycbcr|rgba|select|selu|sigmoid|silu|slice|softmax|softplus|space_to_depth|sqrt|tanh|transpose|transposed_conv|upsample|ycbcr_to_rgb)>/
syn match convoyLayer /\v<(abs|adaptive_avg_pool|argmax|avg_pool|batch_norm|channel_shuffle|clamp|concat|conv|crop|dense|depth_to_space|depthwise_conv|dequantize|elu|exp|flatten|gelu|global_avg_pool|global_max_pool|gray|hard_sigmoid|hard_swish|hsv_to_rgb|instance_norm|leaky_relu|local_response_norm|log|lp_pool|luminance|max|max_pool|min|normalize|pad|pow|prelu|quantize|quantized_add|quantized_conv|quantized_dense|reduce_max|reduce_mean|reduce_min|reduce_sum|relu|relu6|reshape|resize|rgb|rgb_to_hsv|rgb_to_ycbcr|rgba|select|selu|sigmoid|silu|slice|softmax|softplus|space_to_depth|sqrt|tanh|transpose|transposed_conv|upsample|ycbcr_to_rgb|ceil|channels|cos|depth|div|floor|height|length|mod|parameter|round|shape|sin|size|sum|width)>\ze\s*\(/
syn match convoyAttribute /\v<(a_multiplier|a_zero_point|affine|align|alpha|approximate|axes|b_multiplier|b_zero_point|beta|bias|block|border|ceil_mode|count_include_pad|dilation|divisor|epsilon|filters|from|groups|high|input_zero_point|k|kernel|like|low|mean|mode|multiplier|name|order|output_padding|p|padding|round|scale|shape|shared|sides|size|slope|std|stride|to|type|units|window|zero_point)>\ze\s*:/
syn match convoyWord /\v(:\s*)@<=<(align_corners|all|asymmetric|bilinear|ceil|channels|circular|constant|crd|cubic|dcr|depth|edge|floor|half_down|half_pixel|half_up|height|i8|mirror|nearest|none|reflect|reflect101|replicate|same|same_lower|spatial|symmetric|tanh|u8|valid|width|wrap|zero)>/
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
